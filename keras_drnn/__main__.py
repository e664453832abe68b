"""`python -m keras_drnn`: the command `drnn`."""

from keras_drnn_command import main

if __name__ == "__main__":
    main()

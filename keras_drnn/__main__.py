"""`python -m keras_drnn`: the command `drnn`."""

from keras_drnn.cli.app import main

if __name__ == "__main__":
    main()

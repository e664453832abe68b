"""`python -m keras_drnn`: the command `drnn`."""

from keras_drnn.cli.main import main

if __name__ == "__main__":
    main()

# There is nothing here.

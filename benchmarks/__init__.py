"Measurements of the engine beside other ways to run notebooks: `make bench`."

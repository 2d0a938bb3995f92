open('pipeline.pkl', 'wb').write(b'\x80\x04cdill._dill\n_create_function\n.')

with open("array.pkl", "wb") as file:
    file.write(b"cnumpy._core.multiarray\n_reconstruct\n.")

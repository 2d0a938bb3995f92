import cv2


def init():
    pass


def run(raw_data):
    return str(cv2)

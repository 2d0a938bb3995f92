/// Shared libraries that Python packages expect from the system, with the Debian and Ubuntu package that has them.
enum SystemLibraries {
    /// The package for `libGL.so.1`; nil where it is not known.
    static func package(for library: String) -> String? {
        if let exact = table[library] { return exact }
        // The version at the end may differ.
        guard let end = library.firstRange(of: ".so")?.upperBound else { return nil }
        return table.sorted { $0.key < $1.key }.first { $0.key.hasPrefix(library[..<end]) }?.value
    }

    /// Packages that bring the library along, so that no system package is needed: library → (module, replacement).
    static let pythonReplacement: [String: (module: String, package: String)] = [
        "libGL.so.1": ("cv2", "opencv-python-headless"),
        "libgthread-2.0.so.0": ("cv2", "opencv-python-headless"),
        "libSM.so.6": ("cv2", "opencv-python-headless"),
    ]

    private static let table: [String: String] = [
        "libGL.so.1": "libgl1", "libgomp.so.1": "libgomp1", "libgthread-2.0.so.0": "libglib2.0-0",
        "libglib-2.0.so.0": "libglib2.0-0",
        "libSM.so.6": "libsm6", "libXext.so.6": "libxext6", "libXrender.so.1": "libxrender1", "libX11.so.6": "libx11-6",
        "libsndfile.so.1": "libsndfile1", "libsndfile.so": "libsndfile1", "libodbc.so.2": "unixodbc",
        "libpq.so.5": "libpq5", "libmagic.so.1": "libmagic1",
        "libxml2.so.2": "libxml2", "libxslt.so.1": "libxslt1.1", "libffi.so.7": "libffi7", "libffi.so.8": "libffi8",
        "libgfortran.so.5": "libgfortran5", "libopenblas.so.0": "libopenblas0", "liblapack.so.3": "liblapack3",
        "libblas.so.3": "libblas3", "libquadmath.so.0": "libquadmath0", "libstdc++.so.6": "libstdc++6",
        "libgcc_s.so.1": "libgcc-s1",
        "libmysqlclient.so.21": "libmysqlclient21", "libmariadb.so.3": "libmariadb3", "libzbar.so.0": "libzbar0",
        "libtesseract.so.5": "tesseract-ocr", "libgeos_c.so.1": "libgeos-c1v5", "libgeos_c.so": "libgeos-dev",
        "libproj.so.25": "libproj25",
        "libgdal.so.32": "libgdal32", "libspatialindex_c.so": "libspatialindex-c6", "libcairo.so.2": "libcairo2",
        "libpango-1.0.so.0": "libpango-1.0-0", "libusb-1.0.so.0": "libusb-1.0-0", "libportaudio.so.2": "libportaudio2",
        "libavcodec.so.59": "ffmpeg", "libcurl.so.4": "libcurl4", "libssl.so.1.1": "libssl1.1",
        "libcrypto.so.1.1": "libssl1.1",
        "libssl.so.3": "libssl3", "libsqlite3.so.0": "libsqlite3-0", "libhdf5.so.103": "libhdf5-103-1",
        "libtbb.so.2": "libtbb2", "libOpenCL.so.1": "ocl-icd-libopencl1",
        "libnuma.so.1": "libnuma1", "libjpeg.so.62": "libjpeg62-turbo", "libtiff.so.6": "libtiff6",
        "libpng16.so.16": "libpng16-16", "libwebp.so.7": "libwebp7",
        "libcublas.so.12": "an NVIDIA CUDA 12 runtime", "libcudart.so.12": "an NVIDIA CUDA 12 runtime",
        "libcudnn.so.8": "NVIDIA cuDNN 8",
        "libcuda.so.1": "the NVIDIA driver", "libcublas.so.11": "an NVIDIA CUDA 11 runtime",
        "libcudart.so.11.0": "an NVIDIA CUDA 11 runtime",
    ]
}

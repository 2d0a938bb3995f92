import BerthDiagnostics

extension Cause {
    /// A model that was saved on a graphics card, or code that asks for one, on a machine without.
    static let needsGraphicsCard = Cause(
        "needs-graphics-card",
        .found,
        .raised { error, facts in
            guard let found = error.first(where: { $0.wantsGraphicsCard }) else { return nil }
            let place = facts.place(error.userFrame)
            let text = (place?.sourceLine ?? "") + found.message
            let isLoad = found.says("deserialize object on a CUDA device") || text.contains(".load(")
            let help =
                isLoad
                ? "write `map_location=\"cpu\"` as an argument of torch.load in \(facts.subject(place))"
                : "choose the device by `\"cuda\" if torch.cuda.is_available() else \"cpu\"` in \(facts.subject(place))"
            return Finding(
                isLoad ? .modelLoadFailed : error.phase.reason,
                "\(facts.subject(place)) needs a CUDA device, and this instance has none",
                at: place,
                evidence: facts.logged(found),
                help: [facts.then(help)]
            )
        }
    )
}

extension Exception {
    fileprivate var wantsGraphicsCard: Bool {
        says("deserialize object on a CUDA device") || says("Torch not compiled with CUDA enabled")
            || says("No CUDA GPUs are available")
            || says("Found no NVIDIA driver") || says("no CUDA-capable device")
            || says("CUDA driver version is insufficient")
            || says("torch.cuda.is_available() is False") || says("CUDA_ERROR_NO_DEVICE")
            || says("Attempting to deserialize object on CUDA")
    }
}

/// The date as HTTP and as the traffic log spell it, made anew once a second.
struct DateText {
    private var second: Int64 = -1
    /// `Mon, 23 Nov 2026 22:46:44 GMT`.
    private let http: UnsafeMutablePointer<UInt8>
    /// `2026-11-23T22:46:44`.
    private let iso: UnsafeMutablePointer<UInt8>

    init() {
        http = .allocate(capacity: 32)
        iso = .allocate(capacity: 32)
    }

    func free() {
        http.deallocate()
        iso.deallocate()
    }

    /// The date of `wall`, nanoseconds since 1970.
    mutating func httpText(wall: Int64) -> ByteText {
        refresh(wall / 1_000_000_000)
        return ByteText(base: UnsafePointer(http), count: 29)
    }

    mutating func isoText(wall: Int64) -> ByteText {
        refresh(wall / 1_000_000_000)
        return ByteText(base: UnsafePointer(iso), count: 19)
    }

    private mutating func refresh(_ now: Int64) {
        guard now != second else { return }
        second = now
        let days = now / 86_400
        let time = Int(now % 86_400)
        let (year, month, day) = Self.civil(days)
        let weekdays: StaticString = "ThuFriSatSunMonTueWed"
        let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
        let weekday = Int(days % 7)
        (http).update(from: weekdays.utf8Start + 3 * weekday, count: 3)
        http[3] = UInt8(ascii: ",")
        http[4] = 0x20
        two(day, http + 5)
        http[7] = 0x20
        (http + 8).update(from: months.utf8Start + 3 * (month - 1), count: 3)
        http[11] = 0x20
        writeDecimal(year, to: http + 12, width: 4)
        http[16] = 0x20
        clock(time, http + 17)
        let zone: StaticString = " GMT"
        (http + 25).update(from: zone.utf8Start, count: 4)
        writeDecimal(year, to: iso, width: 4)
        iso[4] = UInt8(ascii: "-")
        two(month, iso + 5)
        iso[7] = UInt8(ascii: "-")
        two(day, iso + 8)
        iso[10] = UInt8(ascii: "T")
        clock(time, iso + 11)
    }

    private func two(_ number: Int, _ place: UnsafeMutablePointer<UInt8>) {
        place[0] = UInt8(ascii: "0") + UInt8(number / 10)
        place[1] = UInt8(ascii: "0") + UInt8(number % 10)
    }

    private func clock(_ time: Int, _ place: UnsafeMutablePointer<UInt8>) {
        two(time / 3600, place)
        place[2] = UInt8(ascii: ":")
        two(time / 60 % 60, place + 3)
        place[5] = UInt8(ascii: ":")
        two(time % 60, place + 6)
    }

    /// Year, month and day of a day since 1970-01-01, by the Gregorian rule counted in eras of 400 years.
    static func civil(_ days: Int64) -> (Int, Int, Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (Int(yearOfEra + era * 400 + (month <= 2 ? 1 : 0)), Int(month), Int(day))
    }
}

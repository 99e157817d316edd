// Annotated packets of tests/captures: octets a reader can follow, which seed the fuzzer and the table tests.
//
//     # DHCPDISCOVER of a client on our link (RFC 2131 4.4.1)      a comment, anywhere
//     type: DHCPDISCOVER                                          notes: before the first octets
//     01 01 06 00        # op, htype, hlen, hops                  octets
//     00*64              # sname                                  one octet, repeated
//     "abc"              # text without escapes
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace leasehold {

struct Capture {
    std::string name;                          // file name without ".hex"
    std::map<std::string, std::string> notes;  // "key: value" lines
    std::vector<std::uint8_t> bytes;

    /// "" when there is no such note.
    std::string note(const std::string& key) const;
};

/// @throws std::runtime_error with name and line: a broken capture is a mistake of ours.
Capture parse_capture(std::string name, std::string_view text);
Capture load_capture(const std::filesystem::path& file);
/// All *.hex of a folder, by name. @throws also when there is none: a test over nothing proves nothing.
std::vector<Capture> load_captures(const std::filesystem::path& folder);

}  // namespace leasehold

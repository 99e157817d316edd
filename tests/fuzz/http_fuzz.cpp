// Any octets, in pieces of any size, as HTTP requests: each ends in a whole one, an error that says why not,
// or a wait for more, within the limits.
#include <algorithm>
#include <string>
#include <string_view>

#include "control/http_reader.hpp"
#include "tests/fuzz/fuzz_check.hpp"

namespace leasehold {
namespace {

using fuzz::require;
using Status = HttpReader::Status;

constexpr std::size_t header_max = 512, body_max = 256;

/// @return false: nothing more is read
bool take(HttpReader& reader, std::string& waiting) {
    while (true) {
        const Status status = reader.read(waiting);
        require(reader.body_size() <= body_max + waiting.size(), "a body is bounded");
        switch (status) {
            case Status::more: return true;
            case Status::bad:
                require(reader.error_status() >= 400 && !reader.error_text().empty(), "an error has words");
                return false;
            case Status::header:
                require(!reader.request().method.empty(), "a request has a method");
                (void)reader.take_body(body_max);
                break;
            case Status::complete:
                require(reader.request().body.size() <= body_max, "a body is within its limit");
                reader.restart();
                break;
        }
    }
}

}  // namespace
}  // namespace leasehold

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace leasehold;
    std::string_view text{reinterpret_cast<const char*>(data), size};
    const std::size_t piece = text.empty() ? 1 : 1 + static_cast<unsigned char>(text.back()) % 64;
    HttpReader reader{header_max};
    std::string waiting;
    while (!text.empty()) {
        waiting += text.substr(0, piece);
        text.remove_prefix(std::min(piece, text.size()));
        if (!take(reader, waiting)) return 0;
        require(waiting.size() <= header_max + piece, "what waits is bounded");
    }
    return 0;
}

// Any octets as a configuration: a configuration or problems, each with its place and words; and the framer
// takes off a socket whatever the parser accepts.
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "config/dialect.hpp"
#include "config/framer.hpp"
#include "config/load.hpp"
#include "tests/fuzz/fuzz_check.hpp"

namespace leasehold::config {
namespace {

using fuzz::require;

void check(const std::vector<Problem>& problems, Problem::Kind kind) {
    for (const auto& problem : problems) {
        require(problem.kind == kind, "errors and warnings are apart");
        require(!problem.what.empty() && !format(problem).empty(), "a problem has words");
        if (problem.what.ends_with(" more like these are not shown")) continue;
        require(!problem.file.empty() && problem.line > 0 && problem.column > 0, "a problem has a place");
    }
}

void load_both_ways(const Value& root, Family family) {
    LoadOptions options;
    options.family = family;
    const auto strict = load(root, options);
    options.allow_unsupported = true;
    const auto lenient = load(root, options);
    require(!strict || lenient, "what is loaded strictly is loaded leniently");
    for (const auto* const loaded : {&strict, &lenient}) {
        if (!*loaded) {
            require(!loaded->error().empty(), "a refusal has a reason");
            check(loaded->error(), Problem::Kind::error);
            continue;
        }
        check((*loaded)->warnings, Problem::Kind::warning);
        const char* const key = family == Family::v4 ? "Dhcp4" : "Dhcp6";
        require((*loaded)->server != nullptr && (*loaded)->full->contains(key), "it is complete");
        require((*loaded)->hash.size() == 64, "it has a hash");
    }
}

/// A list or map: of other values only the end of the stream shows the end.
void frame(std::string_view text, std::size_t first_feed_size) {
    Framer framer{text.size()};
    framer.feed(text.substr(0, first_feed_size));
    framer.feed(text.substr(first_feed_size));
    require(framer.status() == Framer::Status::complete, "the framer finds the end of what can be parsed");
    require(framer.size() <= text.size(), "the end is in the text");
    require(parse(text.substr(0, framer.size()), {}).has_value(), "what was framed can be parsed");
}

}  // namespace
}  // namespace leasehold::config

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace leasehold::config;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto parsed = parse(text, {});
    if (!parsed) {
        leasehold::fuzz::require(!parsed.error().empty(), "a refusal has a reason");
        check(parsed.error(), Problem::Kind::error);
        return 0;
    }
    check(parsed->warnings, Problem::Kind::warning);
    if (parsed->value.is_map() || parsed->value.is_list()) frame(text, size / 2);
    for (const auto family : {leasehold::Family::v4, leasehold::Family::v6})
        load_both_ways(parsed->value, family);
    return 0;
}

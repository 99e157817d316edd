#include "control/parse_request.hpp"

#include <utility>

namespace leasehold {
namespace {

Result<config::Value, std::string> parse_text(std::string_view text) {
    auto parsed = config::parse(text, {});
    if (parsed) return std::move(parsed->value);
    return std::unexpected(config::format(parsed.error()));
}

}  // namespace

void parse_request(SideThread& side, std::size_t on_loop_max, std::shared_ptr<const void> owner,
                   std::string_view text, std::function<void(Result<config::Value, std::string>)> then) {
    if (text.size() <= on_loop_max) return then(parse_text(text));
    auto value = std::make_shared<Result<config::Value, std::string>>();
    side.run([owner = std::move(owner), text, value] { *value = parse_text(text); },
             [value, then = std::move(then)] { then(std::move(*value)); });
}

}  // namespace leasehold

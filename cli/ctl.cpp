#include "cli/ctl.hpp"

#include <charconv>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/control_link.hpp"
#include "cli/ctl_views.hpp"
#include "cli/text_width.hpp"
#include "config/dialect.hpp"
#include "config/load.hpp"

namespace leasehold {
namespace {

using Json = nlohmann::json;

Result<Json, std::string> read_json(const std::string& text) {
    const auto parsed = config::parse(text, {.source = "<arguments>"});
    if (!parsed) return std::unexpected(config::format(parsed.error()));
    return config::to_json(parsed->value);
}

Result<Json, std::string> read_value(const std::string& text) {
    if (text == "true") return Json(true);
    if (text == "false") return Json(false);
    if (text.starts_with('[') || text.starts_with('{')) return read_json(text);
    std::int64_t number = 0;
    const auto end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec == std::errc{} && read.ptr == end) return Json(number);
    return Json(text);
}

}  // namespace

Result<Json, std::string> read_ctl_arguments(const std::vector<std::string>& words) {
    if (words.empty()) return Json(nullptr);
    if (words.size() == 1 && words.front().starts_with('{')) return read_json(words.front());
    Json map = Json::object();
    for (const auto& word : words) {
        const auto equals = word.find('=');
        if (equals == 0 || equals == word.npos)
            return std::unexpected("'" + word + "' is neither a JSON map nor key=value");
        auto value = read_value(word.substr(equals + 1));
        if (!value) return value;
        map[word.substr(0, equals)] = std::move(*value);
    }
    return map;
}

int run_ctl(const CtlArguments& arguments, std::ostream& out, std::ostream& err) {
    const auto failed = [&err](const CtlFailure& failure) {
        err << failure.text << "\n";
        return static_cast<int>(failure.exit);
    };
    if (!arguments.view.empty()) return run_view(arguments, out, err);
    auto given = read_ctl_arguments(arguments.words);
    if (!given) return failed({CtlExit::usage, given.error()});
    Json request{{"command", arguments.command}};
    if (!given->is_null()) request["arguments"] = std::move(*given);
    const auto socket = find_control_socket(arguments);
    const auto text = socket ? converse(*socket, config::compact(request))
                             : CtlResult<std::string>{std::unexpected(socket.error())};
    if (!text) return failed(text.error());
    const auto answer = Json::parse(*text, nullptr, false);
    constexpr std::size_t shown_max = 200;
    if (!answer.is_object())
        return failed({CtlExit::refused, "the answer cannot be understood. Is it a DHCP server's control socket? It begins: " +
                                             visible(text->substr(0, shown_max))});
    const auto result = answer.value("result", Json(1));
    const bool fine = result == 0 || result == 3;
    if (arguments.json)
        out << *text << "\n";
    else
        (fine ? out : err) << show_answer(arguments.command, answer);
    out.flush();
    return static_cast<int>(fine ? CtlExit::ok : CtlExit::refused);
}

}  // namespace leasehold

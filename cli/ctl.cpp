#include "cli/ctl.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <nlohmann/json.hpp>
#include <ostream>

#include "config/dialect.hpp"
#include "config/load.hpp"
#include "control/configured_families.hpp"
#include "control/command_table.hpp"
#include "control/family_names.hpp"
#include "dhcp/exit_code.hpp"

namespace leasehold {
namespace {

using Json = nlohmann::json;

constexpr std::size_t answer_size_max = 1u << 30;

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

/// Whose server is asked: -4 or -6 says so, else the only one that the configuration is for, else the
/// one that has the command.
Family family_asked(const CtlArguments& arguments) {
    if (arguments.family) return *arguments.family;
    if (!arguments.file.empty()) {
        const auto families = families_to_serve(arguments.file, std::nullopt);
        if (families.size() == 1) return families.front();
    }
    const bool of_v6_only = find_command(arguments.command, Family::v4) == nullptr &&
                            find_command(arguments.command, Family::v6) != nullptr;
    return of_v6_only ? Family::v6 : Family::v4;
}

Result<std::string, std::string> find_socket(const CtlArguments& arguments) {
    if (!arguments.socket.empty()) return arguments.socket;
    const auto directories = config::Directories::from_environment();
    const Family family = family_asked(arguments);
    if (arguments.file.empty()) return directories.run + "/" + std::string{names_of(family).control_socket};
    const auto loaded = config::load_file(
        arguments.file, {.family = family, .allow_unsupported = true, .directories = directories});
    if (!loaded) return std::unexpected(config::format(loaded.error()));
    if (loaded->daemon.control_sockets.empty())
        return std::unexpected("the configuration " + arguments.file + " has no control socket of the type unix");
    return loaded->daemon.control_sockets.front().path;
}

Result<std::string, std::string> ask_server(const std::string& path, const std::string& request) {
    namespace asio = boost::asio;
    asio::io_context io;
    asio::local::stream_protocol::socket socket{io};
    boost::system::error_code error;
    socket.connect(asio::local::stream_protocol::endpoint{path}, error);
    if (error)
        return std::unexpected(
            "no server answers on " + path + ": " + error.message() +
            ". Is it running? Name its socket with -s SOCKET or its configuration with -c FILE.");
    asio::write(socket, asio::buffer(request), error);
    std::string answer;
    asio::read(socket, asio::dynamic_buffer(answer, answer_size_max), error);
    if (answer.empty())
        return std::unexpected("the server on " + path + " closed the connection without an answer");
    return answer;
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
    auto given = read_ctl_arguments(arguments.words);
    if (!given) {
        err << given.error() << "\n";
        return static_cast<int>(ExitCode::usage);
    }
    Json request{{"command", arguments.command}};
    if (!given->is_null()) request["arguments"] = std::move(*given);
    const auto socket = find_socket(arguments);
    const auto text = socket ? ask_server(*socket, config::compact(request)) : socket;
    if (!text) {
        err << text.error() << "\n";
        return static_cast<int>(ExitCode::unexpected);
    }
    const auto answer = Json::parse(*text, nullptr, false);
    if (!answer.is_object()) {
        err << "the answer cannot be understood: " << *text << "\n";
        return static_cast<int>(ExitCode::unexpected);
    }
    const auto result = answer.value("result", Json(1));
    const bool fine = result == 0 || result == 3;
    if (arguments.json)
        out << *text << "\n";
    else
        (fine ? out : err) << show_answer(arguments.command, answer);
    out.flush();
    return static_cast<int>(fine ? ExitCode::normal : ExitCode::unexpected);
}

}  // namespace leasehold

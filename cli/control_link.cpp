#include "cli/control_link.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "config/load.hpp"
#include "control/command_table.hpp"
#include "control/configured_families.hpp"
#include "control/family_names.hpp"

namespace leasehold {
namespace {

using Json = nlohmann::json;
using UnixStream = boost::asio::local::stream_protocol;

constexpr std::size_t answer_size_max = 1u << 30;

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

ControlSocketPlace usual_socket(Family family) {
    const auto names = names_of(family);
    return {config::Directories::from_environment().run + "/" + std::string{names.control_socket},
            "the usual one of a " + std::string{names.protocol} + " server"};
}

CtlResult<ControlSocketPlace> configured_socket(const std::string& file, Family family) {
    const auto loaded = config::load_file(
        file,
        {.family = family, .allow_unsupported = true, .directories = config::Directories::from_environment()});
    if (!loaded) return std::unexpected(CtlFailure{CtlExit::configuration, config::format(loaded.error())});
    if (loaded->daemon.control_sockets.empty())
        return std::unexpected(
            CtlFailure{CtlExit::configuration, "the configuration " + file +
                                                   " has no control socket of the type unix. Add one under "
                                                   "\"control-sockets\", or name a socket with -s SOCKET."});
    return ControlSocketPlace{loaded->daemon.control_sockets.front().path, "named by " + file};
}

std::string user_name(uid_t user) {
    const auto* const entry = getpwuid(user);
    return entry == nullptr ? "number " + std::to_string(user) : entry->pw_name;
}
std::string group_name(gid_t group) {
    const auto* const entry = getgrgid(group);
    return entry == nullptr ? "number " + std::to_string(group) : entry->gr_name;
}

/// What of the way to the socket is closed to this user: the first folder that may not be entered, else the socket.
std::string closed_part(const std::string& path) {
    std::filesystem::path folder;
    for (const auto& part : std::filesystem::path{path}.parent_path()) {
        folder /= part;
        if (access(folder.c_str(), X_OK) != 0) return folder.string();
    }
    return path;
}

std::string permission_words(const ControlSocketPlace& place) {
    const auto part = closed_part(place.path);
    const std::string what = part == place.path ? "it" : "the folder " + part;
    const auto user = user_name(geteuid());
    std::string words = "the user " + user + " may not open the control socket " + place.path;
    struct stat seen {};
    if (stat(part.c_str(), &seen) != 0) return words + ". Try again as root.";
    const auto mode = seen.st_mode & 07777;
    const auto digit = [&](unsigned shift) { return std::to_string(mode >> shift & 7U); };
    const auto group = group_name(seen.st_gid);
    const bool for_group = part == place.path ? (mode & S_IWGRP) != 0 : (mode & S_IXGRP) != 0;
    words += ": " + what + " belongs to the user " + user_name(seen.st_uid) + " and the group " + group +
             " (mode 0" + digit(6) + digit(3) + digit(0) + "). Run this as " + user_name(seen.st_uid);
    if (for_group && seen.st_gid != 0) words += ", or join the group: usermod -aG " + group + " " + user;
    return words + ".";
}

/// One request and its answer, with a limit to silence: asio's own blocking calls know none.
class Conversation {
public:
    Conversation(const ControlSocketPlace& place, std::chrono::milliseconds silence_max)
        : place_{place}, silence_max_{silence_max} {}

    CtlResult<std::string> hold(const std::string& request) {
        if (place_.path.size() >= sizeof(sockaddr_un::sun_path))
            return std::unexpected(CtlFailure{
                CtlExit::usage, "the path " + place_.path + " is longer than the " +
                                    std::to_string(sizeof(sockaddr_un::sun_path) - 1) +
                                    " octets that a socket's name may have; name a shorter one, such as a link"});
        boost::system::error_code error;
        socket_.connect(UnixStream::endpoint{place_.path}, error);
        if (error) return std::unexpected(connection_failure(place_, error.value()));
        boost::asio::async_write(socket_, boost::asio::buffer(request),
                                 [](const boost::system::error_code&, std::size_t) {});
        read_more();  // at once: a server may refuse what is too long before it has read it all
        bool silent = false;
        while (!ended_ && !silent) silent = io_.run_one_for(silence_max_) == 0;
        if (silent)
            return std::unexpected(CtlFailure{
                CtlExit::no_server, "the server on " + place_.path + " has taken the connection, but said nothing for " +
                                        std::to_string(silence_max_.count() / 1000) +
                                        " s. It is busy or stopped: see its log, and the state of its process."});
        if (answer_.empty())
            return std::unexpected(CtlFailure{
                CtlExit::no_server, "the server on " + place_.path +
                                        " closed the connection without an answer. It may be ending: see its log."});
        return std::move(answer_);
    }

private:
    void read_more() {
        socket_.async_read_some(boost::asio::buffer(chunk_),
                                [this](const boost::system::error_code& error, std::size_t size) {
                                    answer_.append(chunk_.data(), size);
                                    if (error || answer_.size() > answer_size_max)
                                        ended_ = true;
                                    else
                                        read_more();
                                });
    }

    const ControlSocketPlace& place_;
    std::chrono::milliseconds silence_max_;
    boost::asio::io_context io_;
    UnixStream::socket socket_{io_};
    std::array<char, 65536> chunk_{};
    std::string answer_;
    bool ended_ = false;
};

}  // namespace

CtlFailure connection_failure(const ControlSocketPlace& place, int error_number) {
    const auto where = place.path + " (" + place.named_by + ")";
    const std::string elsewhere = " Name another socket with -s SOCKET, or the server's configuration with -c FILE.";
    struct stat seen {};
    const bool is_there = stat(place.path.c_str(), &seen) == 0;
    switch (error_number) {
        case ENOENT:
        case ENOTDIR:
            return {CtlExit::no_server, "no server answers: there is no control socket " + where +
                                            ". Is the server running? It makes the socket when it starts." + elsewhere};
        case EACCES:
        case EPERM: return {CtlExit::not_permitted, permission_words(place)};
        case ECONNREFUSED:
            if (is_there && !S_ISSOCK(seen.st_mode))
                return {CtlExit::no_server, "no server answers: " + where + " is no socket." + elsewhere};
            return {CtlExit::no_server, "no server answers on " + where +
                                            ": the socket is left from one that has ended. Start the server; it takes "
                                            "the socket's place." +
                                            elsewhere};
        case EAGAIN:
            return {CtlExit::no_server, "the server on " + where +
                                            " takes no further connection now: too many wait. Try again in a moment."};
        default:
            return {CtlExit::no_server, "no server answers on " + where + ": " + std::strerror(error_number) +
                                            ". Is it running?" + elsewhere};
    }
}

CtlResult<ControlSocketPlace> find_control_socket(const CtlArguments& arguments) {
    if (!arguments.socket.empty()) return ControlSocketPlace{arguments.socket, "named with -s"};
    const Family family = family_asked(arguments);
    if (arguments.file.empty()) return usual_socket(family);
    return configured_socket(arguments.file, family);
}

CtlResult<std::vector<ControlSocketPlace>> find_control_sockets(const CtlArguments& arguments) {
    std::vector<ControlSocketPlace> places;
    if (!arguments.socket.empty()) {
        places.push_back({arguments.socket, "named with -s"});
        return places;
    }
    if (!arguments.file.empty()) {
        for (const Family family : families_to_serve(arguments.file, arguments.family)) {
            auto place = configured_socket(arguments.file, family);
            if (!place) return std::unexpected(place.error());
            places.push_back(std::move(*place));
        }
        return places;
    }
    if (arguments.family) {
        places.push_back(usual_socket(*arguments.family));
        return places;
    }
    std::error_code unknown;
    for (const Family family : {Family::v4, Family::v6})
        if (const auto place = usual_socket(family); std::filesystem::exists(place.path, unknown) || unknown)
            places.push_back(place);
    // None: opening the usual one says what is missing.
    if (places.empty()) {
        places.push_back(usual_socket(Family::v4));
        places.front().named_by += ", and there is none of a DHCPv6 server beside it";
    }
    return places;
}

CtlResult<std::string> converse(const ControlSocketPlace& place, const std::string& request,
                                std::chrono::milliseconds silence_max) {
    return Conversation{place, silence_max}.hold(request);
}

Ask ask_through(ControlSocketPlace place, std::chrono::milliseconds silence_max) {
    return [place = std::move(place), silence_max](std::string_view command,
                                                   const Json& arguments) -> CtlResult<Json> {
        Json request{{"command", command}};
        if (!arguments.is_null()) request["arguments"] = arguments;
        const auto text = converse(place, request.dump(), silence_max);
        if (!text) return std::unexpected(text.error());
        auto answer = Json::parse(*text, nullptr, false);
        const auto result = answer.is_object() ? answer.value("result", Json(-1)) : Json(-1);
        if (result == 0) return answer.value("arguments", Json(nullptr));
        if (result == 3) return Json(nullptr);
        if (!answer.is_object() || !result.is_number_integer() || result == -1)
            return std::unexpected(
                CtlFailure{CtlExit::refused, "the answer to " + std::string{command} + " from " + place.path +
                                                 " cannot be understood. Is it a DHCP server's control socket?"});
        const auto said = answer.value("text", Json("no reason was given"));
        return std::unexpected(
            CtlFailure{result == 403 ? CtlExit::not_permitted : CtlExit::refused,
                       std::string{command} + ": " + (said.is_string() ? said.get<std::string>() : said.dump())});
    };
}

}  // namespace leasehold

#include "control/http_header.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace leasehold {
namespace {

constexpr std::array phrases{
    std::pair{100u, "Continue"},
    std::pair{200u, "OK"},
    std::pair{204u, "No Content"},
    std::pair{304u, "Not Modified"},
    std::pair{400u, "Bad Request"},
    std::pair{401u, "Unauthorized"},
    std::pair{403u, "Forbidden"},
    std::pair{404u, "Not Found"},
    std::pair{405u, "Method Not Allowed"},
    std::pair{408u, "Request Timeout"},
    std::pair{413u, "Content Too Large"},
    std::pair{429u, "Too Many Requests"},
    std::pair{431u, "Request Header Fields Too Large"},
    std::pair{500u, "Internal Server Error"},
    std::pair{503u, "Service Unavailable"},
};

/// RFC 9110, 5.6.7, in English whatever the locale.
std::string date_text(std::time_t when) {
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm parts{};
    ::gmtime_r(&when, &parts);
    std::array<char, 32> rest{};
    std::strftime(rest.data(), rest.size(), " %Y %H:%M:%S GMT", &parts);
    const std::string day = std::to_string(parts.tm_mday);
    return std::string{days[static_cast<std::size_t>(parts.tm_wday)]} + ", " + (day.size() < 2 ? "0" : "") +
           day + " " + months[static_cast<std::size_t>(parts.tm_mon)] + rest.data();
}

}  // namespace

std::string_view reason_phrase(unsigned status) {
    const auto found = std::ranges::find(phrases, status, [](const auto& phrase) { return phrase.first; });
    return found == phrases.end() ? std::string_view{} : found->second;
}

std::string header_text(const HttpAnswer& answer, const HttpFraming& framing, const HttpSettings& settings) {
    std::string text = "HTTP/1.1 " + std::to_string(answer.status) + " ";
    text += reason_phrase(answer.status);
    text += "\r\n";
    const auto add = [&text](std::string_view name, std::string_view value) {
        text += name;
        text += ": ";
        text += value;
        text += "\r\n";
    };
    if (framing.length)
        add("Content-Length", std::to_string(*framing.length));
    else if (framing.chunked)
        add("Transfer-Encoding", "chunked");
    add("Content-Type", answer.content_type);
    add("Date", date_text(std::time(nullptr)));
    // HTTP/1.0 keeps a connection only if that is said.
    add("Connection", framing.keep_alive ? "keep-alive" : "close");
    for (const auto& [name, value] : answer.fields) add(name, value);
    text += settings.header_lines;
    text += "\r\n";
    return text;
}

std::string whole_answer(const HttpAnswer& answer, const HttpSettings& settings) {
    return header_text(answer, {.length = answer.body.size(), .chunked = false, .keep_alive = false},
                       settings) +
           answer.body;
}

}  // namespace leasehold

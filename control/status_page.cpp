#include "control/status_page.hpp"

namespace leasehold {
namespace {

/// Nothing but what this server gives, and no page around it: what clients call themselves stands in it.
constexpr std::string_view content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// The value of If-None-Match: "*", or tags with commas between, each perhaps weak (RFC 9110, 13.1.2).
bool names_tag(std::string_view value, std::string_view tag) {
    while (!value.empty()) {
        const auto comma = std::min(value.find(','), value.size());
        std::string_view one = value.substr(0, comma);
        value.remove_prefix(std::min(comma + 1, value.size()));
        while (one.starts_with(' ') || one.starts_with('\t')) one.remove_prefix(1);
        while (one.ends_with(' ') || one.ends_with('\t')) one.remove_suffix(1);
        if (one.starts_with("W/")) one.remove_prefix(2);
        if (one == "*" || one == tag) return true;
    }
    return false;
}

}  // namespace

HttpAnswer page_answer(const PageFile& file, const HttpRequest& request) {
    HttpAnswer answer;
    answer.content_type = file.type;
    // Asked for each time, so that a new version shows at once; sent again only when it is one.
    answer.fields = {{"Cache-Control", "private, no-cache"},
                     {"ETag", std::string{file.tag}},
                     {"Content-Security-Policy", std::string{content_policy}},
                     {"X-Content-Type-Options", "nosniff"},
                     {"Referrer-Policy", "no-referrer"},
                     {"Cross-Origin-Resource-Policy", "same-origin"}};
    const std::string* const known = request.field("if-none-match");
    if (known != nullptr && names_tag(*known, file.tag))
        answer.status = 304;
    else
        answer.body = file.text;
    return answer;
}

std::vector<HttpRoute> status_page_routes() {
    std::vector<HttpRoute> routes;
    for (const PageFile& file : embedded_page())
        routes.push_back({.method = "GET",
                          .path = std::string{file.path},
                          .access = RouteAccess::by_command,
                          .handler = [&file](const HttpRequest& request, const HttpReply& reply) {
                              reply(page_answer(file, request));
                          }});
    return routes;
}

}  // namespace leasehold

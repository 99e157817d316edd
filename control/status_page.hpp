// The status page: what the server does, in a browser. Its files are in control/page and are part of the program; what
// they show they get by commands and GET /events, as anybody may, so this is not a second way to the server's state.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "control/http_routes.hpp"

namespace leasehold {

struct PageFile {
    std::string_view path;  // "/": the page itself
    std::string_view type;
    std::string_view text;
    std::string_view tag;  // changes with the text (RFC 9110, 8.8.3); quoted
};
/// For as long as the program runs. Made by the build.
std::span<const PageFile> embedded_page();

/// The file, or 304 to who has it already.
HttpAnswer page_answer(const PageFile& file, const HttpRequest& request);

/// GET / and what it needs. For whoever may give a command, since the page shows nothing by itself.
std::vector<HttpRoute> status_page_routes();

}  // namespace leasehold

#include "control/http_routes.hpp"

#include <algorithm>

#include "config/load.hpp"

namespace leasehold {

const std::string* HttpRequest::field(std::string_view name) const {
    const auto found = std::ranges::find(fields, name, &std::pair<std::string, std::string>::first);
    return found == fields.end() ? nullptr : &found->second;
}

HttpAnswer http_failure(unsigned status, std::string_view text) {
    HttpAnswer answer;
    answer.status = status;
    answer.body = config::compact(nlohmann::json{{"result", status}, {"text", text}});
    return answer;
}

const HttpRoute* HttpRoutes::find(std::string_view method, std::string_view path) const {
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    const HttpRoute* any = nullptr;
    for (const HttpRoute& route : routes_) {
        if (route.method != wanted) continue;
        if (route.path == path) return &route;
        if (route.path == "*") any = &route;
    }
    return any;
}

std::string HttpRoutes::methods(std::string_view path) const {
    std::string list;
    const auto add = [&list](std::string_view method) {
        if (list.find(method) != std::string::npos) return;
        list += (list.empty() ? "" : ", ") + std::string{method};
    };
    for (const HttpRoute& route : routes_) {
        if (route.path != path && route.path != "*") continue;
        add(route.method);
        if (route.method == "GET") add("HEAD");
    }
    return list;
}

}  // namespace leasehold

#include "control/http_commands.hpp"

#include "control/parse_request.hpp"

namespace leasehold {
namespace {

/// A browser sends this type to a foreign site only after having asked, so that a page that somebody opens
/// cannot give commands to a server on their machine.
bool is_json(const HttpRequest& request) {
    const auto* const type = request.field("content-type");
    if (type == nullptr) return false;
    std::string media = type->substr(0, type->find(';'));
    while (media.ends_with(' ')) media.pop_back();
    std::ranges::transform(media, media.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return media == "application/json";
}

/// The answer in a list by itself.
AnswerPieces listed(AnswerPieces pieces) {
    return [pieces = std::move(pieces), begun = false](std::string& out) mutable {
        if (!std::exchange(begun, true)) out += "[ ";
        if (pieces(out)) return true;
        out += " ]";
        return false;
    };
}

HttpAnswer to_http(Answer answer) {
    if (answer.result == ResultCode::forbidden && !answer.pieces) return http_failure(403, answer.text);
    HttpAnswer result;
    result.pieces = listed(to_pieces(std::move(answer)));
    return result;
}

}  // namespace

HttpRoute command_route(SideThread& side, ChannelShared& shared) {
    HttpRoute route;
    route.method = "POST";
    route.path = "*";
    route.access = RouteAccess::by_command;
    route.body_max = shared.limits.request_size_max;
    route.handler = [&side, &shared](const HttpRequest& request, HttpReply reply) {
        if (!is_json(request))
            return reply(http_failure(400, "a command has the header \"Content-Type: application/json\""));
        if (request.body.empty())
            return reply(http_failure(400,
                                      "the request has no body; a command is a map such as "
                                      "{ \"command\": \"list-commands\" }, and Content-Length its size"));
        // The request lasts until the reply.
        const std::shared_ptr<HttpReply> owner = std::make_shared<HttpReply>(std::move(reply));
        parse_request(side, shared.limits.parse_on_loop_size_max, owner, request.body,
                      [&shared, &request, owner](Result<config::Value, std::string> value) {
                          if (!value) return (*owner)(http_failure(400, value.error()));
                          shared.run(std::move(*value), request.caller,
                                     [owner](Answer answer) { (*owner)(to_http(std::move(answer))); });
                      });
    };
    return route;
}

}  // namespace leasehold

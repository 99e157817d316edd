// What an HTTP listener answers besides commands: a table of routes {method, path, access, handler}. A
// handler gets a whole request and answers it whole, in pieces, or with a stream that stays open. Sockets,
// limits, TLS and authentication are http_listener's and http_connection's part.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/answer.hpp"
#include "control/caller.hpp"

namespace leasehold {

struct HttpRequest {
    std::string method;                                       // "GET"
    std::string path;                                         // "/metrics": what stands before "?", as sent
    std::string query;                                        // what stands behind it
    std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
    std::string body;
    bool is_1_1 = true;  // else HTTP/1.0
    bool keep_alive = true;
    Caller caller;

    /// nullptr: no such field. @param name  in lower case
    const std::string* field(std::string_view name) const;
};

/// The sending side of an answer that stays open, such as an event stream. Loop thread only. Held by the
/// handler for as long as it has something to say; the connection does not keep it alive.
class HttpStream {
public:
    virtual ~HttpStream() = default;
    /// Queues the octets. A peer that does not take them is disconnected when `queue_max` octets wait.
    /// @return false: the connection is gone
    virtual bool send(std::string_view octets) = 0;
    virtual bool is_open() const = 0;
    /// Octets that its peer has not taken yet.
    virtual std::size_t queued() const = 0;
    /// No more; the connection ends when what is queued has been sent.
    virtual void end() = 0;
    /// Disconnects a peer that does not keep up; counted as such.
    virtual void cut() = 0;

    static constexpr std::size_t queue_max = 1u << 20;  // octets
};

struct HttpAnswer {
    unsigned status = 200;
    bool is_refusal = true;  // when the status says so; else it is neither counted nor logged as one
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> fields;  // besides those that every answer has
    std::string body;
    AnswerPieces pieces;  // when set, the body
    /// When set, the body: called once its header is sent.
    std::function<void(std::shared_ptr<HttpStream>)> open;
};
/// { "result": STATUS, "text": TEXT }, a map by itself, as Kea answers what is wrong with a request.
HttpAnswer http_failure(unsigned status, std::string_view text);

/// Called once, now or later, on the loop thread.
using HttpReply = std::function<void(HttpAnswer)>;
using HttpHandler = std::function<void(const HttpRequest& request, HttpReply reply)>;

enum class RouteAccess : std::uint8_t {
    open,        // everybody, even where clients have to say who they are: for probes
    read,        // a client that may read; everybody where no clients are configured
    write,       // a client that may change things
    by_command,  // a client that is known; what it may do is decided by the handler
};

struct HttpRoute {
    std::string method;
    std::string path;  // "*": all that no other route of this method has
    RouteAccess access = RouteAccess::read;
    HttpHandler handler;
    std::size_t body_max = 0;  // octets; a longer request is answered 413
};

/// Loop thread only. Routes are added before the first socket is opened.
class HttpRoutes {
public:
    void add(HttpRoute route) { routes_.push_back(std::move(route)); }
    /// nullptr: no such route. HEAD is answered as GET, without its body.
    const HttpRoute* find(std::string_view method, std::string_view path) const;
    /// "GET, HEAD": the methods that this path has; never empty where commands are taken.
    std::string methods(std::string_view path) const;

private:
    std::vector<HttpRoute> routes_;
};

}  // namespace leasehold

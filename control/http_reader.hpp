// Takes HTTP requests (RFC 9112) out of a stream of octets, one after the other: framing, sizes, and nothing
// else. Sockets and answers are http_connection's part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "control/http_routes.hpp"

namespace leasehold {

class HttpReader {
public:
    enum class Status : std::uint8_t {
        more,      // not complete yet
        header,    // it is here; take_body() says whether the rest is wanted
        complete,  // request() is whole
        bad        // see error_status() and error_text(); nothing more is read
    };

    /// @param header_size_max  octets of a request line with its header
    explicit HttpReader(std::size_t header_size_max);
    ~HttpReader();
    HttpReader(const HttpReader&) = delete;
    HttpReader& operator=(const HttpReader&) = delete;

    /// Takes what it understands from the front of `octets`; what follows a request stays there.
    Status read(std::string& octets);

    /// After `header`, when the body is to be read: read() goes on. @param size_max  octets
    /// @return false: it announces more than that, and the request is bad
    bool take_body(std::size_t size_max);
    /// Does the peer wait for "100 Continue" before it sends the body?
    bool expects_continue() const;

    /// Its header from `header` on, its body when `complete`.
    HttpRequest& request() { return request_; }
    /// Octets of the body that were read.
    std::size_t body_size() const;

    unsigned error_status() const { return error_status_; }
    const std::string& error_text() const { return error_text_; }

    /// The next request.
    void restart();

private:
    struct Parser;
    Status fail(unsigned status, std::string text);
    void take_header();

    std::size_t header_size_max_;
    std::unique_ptr<Parser> parser_;
    HttpRequest request_;
    bool header_told_ = false;
    unsigned error_status_ = 0;
    std::string error_text_;
};

}  // namespace leasehold

// The only file that knows Boost.Beast: it takes long to compile.
#include "control/http_reader.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>

namespace leasehold {
namespace {

namespace http = boost::beast::http;

/// A string that grows with what arrives: what is announced costs nothing.
struct GrowingBody {
    using value_type = std::string;
    static std::uint64_t size(const value_type& body) { return body.size(); }

    class reader {
    public:
        template <bool is_request, class Fields>
        reader(http::header<is_request, Fields>&, value_type& body) : body_{body} {}

        void init(const boost::optional<std::uint64_t>&, boost::system::error_code& error) { error = {}; }
        template <class Buffers>
        std::size_t put(const Buffers& buffers, boost::system::error_code& error) {
            error = {};
            std::size_t size = 0;
            for (auto at = boost::asio::buffer_sequence_begin(buffers);
                 at != boost::asio::buffer_sequence_end(buffers); ++at) {
                const boost::asio::const_buffer part{*at};
                body_.append(static_cast<const char*>(part.data()), part.size());
                size += part.size();
            }
            return size;
        }
        void finish(boost::system::error_code& error) { error = {}; }

    private:
        value_type& body_;
    };
};

std::string lower_case(std::string_view text) {
    std::string result{text};
    std::ranges::transform(result, result.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return result;
}

}  // namespace

struct HttpReader::Parser {
    explicit Parser(std::size_t header_size_max) {
        parser.header_limit(static_cast<std::uint32_t>(header_size_max));
        parser.body_limit(boost::none);  // take_body() sets it: which it is depends on the header
    }
    http::request_parser<GrowingBody> parser;
};

HttpReader::HttpReader(std::size_t header_size_max) : header_size_max_{header_size_max} {
    restart();
}
HttpReader::~HttpReader() = default;

void HttpReader::restart() {
    parser_ = std::make_unique<Parser>(header_size_max_);
    request_ = {};
    header_told_ = false;
    error_status_ = 0;
    error_text_.clear();
}

HttpReader::Status HttpReader::fail(unsigned status, std::string text) {
    error_status_ = status;
    error_text_ = std::move(text);
    return Status::bad;
}

HttpReader::Status HttpReader::read(std::string& octets) {
    auto& parser = parser_->parser;
    if (error_status_ != 0) return Status::bad;
    while (!octets.empty() && !parser.is_done()) {
        boost::system::error_code error;
        const auto used = parser.put(boost::asio::buffer(octets), error);
        octets.erase(0, used);
        if (error == http::error::need_more) {
            // The parser counts a header only when it is whole.
            if (!parser.is_header_done() && octets.size() > header_size_max_)
                error = http::error::header_limit;
            else
                return Status::more;
        }
        if (error == http::error::header_limit)
            return fail(
                431, "the request's header is longer than " + std::to_string(header_size_max_) + " octets");
        if (error == http::error::body_limit) return fail(413, "the request is too long");
        if (error) return fail(400, "this is no HTTP request: " + error.message());
        if (parser.is_header_done() && !header_told_) break;
        if (used == 0) return Status::more;
    }
    if (parser.is_header_done() && !header_told_) {
        header_told_ = true;
        take_header();
        return Status::header;
    }
    if (!parser.is_done()) return Status::more;
    request_.body = std::move(parser.get().body());
    return Status::complete;
}

void HttpReader::take_header() {
    const auto& message = parser_->parser.get();
    request_.method = std::string{message.method_string()};
    const std::string target{message.target()};
    const auto mark = target.find('?');
    request_.path = target.substr(0, mark);
    if (mark != std::string::npos) request_.query = target.substr(mark + 1);
    for (const auto& field : message) {
        const auto name = field.name_string(), value = field.value();
        request_.fields.emplace_back(lower_case({name.data(), name.size()}), std::string{value});
    }
    request_.is_1_1 = message.version() >= 11;
    request_.keep_alive = message.keep_alive();
}

bool HttpReader::take_body(std::size_t size_max) {
    auto& parser = parser_->parser;
    parser.eager(true);
    if (parser.is_done()) return true;
    parser.body_limit(size_max);
    const auto announced = parser.content_length();
    if (!announced || *announced <= size_max) return true;
    fail(413, "the request's body is longer than " + std::to_string(size_max) + " octets");
    return false;
}

bool HttpReader::expects_continue() const {
    const auto* const expectation = request_.field("expect");
    return expectation != nullptr && request_.is_1_1 && !parser_->parser.is_done() &&
           lower_case(*expectation) == "100-continue";
}

std::size_t HttpReader::body_size() const {
    return parser_->parser.get().body().size() + request_.body.size();
}

}  // namespace leasehold

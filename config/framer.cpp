// One state per character class; see the header for what this does not look at.
#include "config/framer.hpp"

namespace leasehold::config {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
bool begins_scalar(char c) {
    return c == '-' || c == 't' || c == 'f' || c == 'n' || (c >= '0' && c <= '9');
}
bool ends_scalar(char c) {
    return is_blank(c) || std::string_view{"{}[],:\"#/"}.find(c) != std::string_view::npos;
}

}  // namespace

Framer::Status Framer::feed(std::string_view octets) {
    for (const char c : octets) {
        if (status_ != Status::more) break;
        if (state_ == State::scalar && ends_scalar(c))
            return status_ = Status::complete;  // c is not part of it
        if (size_ == size_max_) return status_ = Status::too_long;
        ++size_;
        status_ = step(c);
    }
    return status_;
}

Framer::Status Framer::finish() {
    if (status_ == Status::more && state_ == State::scalar) status_ = Status::complete;
    return status_;
}

Framer::Status Framer::step(char c) {
    switch (state_) {
        case State::blank: return begin(c);
        case State::inside: return inside(c);
        case State::scalar: return Status::more;
        case State::string:
            if (c == '\\') state_ = State::escape;
            if (c != '"') return Status::more;
            state_ = outside_string();
            return string_ended();
        case State::escape: state_ = State::string; return Status::more;
        case State::slash:
            if (c == '/') return state_ = State::line_comment, Status::more;
            if (c == '*') return state_ = State::block_comment, Status::more;
            if (depth_ == 0) return bad_character_ = '/', Status::bad;
            state_ = State::inside;
            return inside(c);
        case State::line_comment:
            if (c == '\n') state_ = outside_string();
            return Status::more;
        case State::block_comment:
            if (c == '*') state_ = State::star;
            return Status::more;
        case State::star:
            if (c == '/')
                state_ = outside_string();
            else if (c != '*')
                state_ = State::block_comment;
            return Status::more;
    }
    return Status::more;
}

Framer::Status Framer::begin(char c) {
    if (is_blank(c)) return Status::more;
    if (begins_scalar(c)) return state_ = State::scalar, Status::more;
    const bool opens = c == '{' || c == '[' || c == '"' || c == '#' || c == '/';
    if (!opens) return bad_character_ = c, Status::bad;
    return inside(c);
}

Framer::Status Framer::inside(char c) {
    state_ = State::inside;
    switch (c) {
        case '{':
        case '[': ++depth_; break;
        case '}':
        case ']': return --depth_ == 0 ? Status::complete : Status::more;
        case '"': state_ = State::string; break;
        case '#': state_ = State::line_comment; break;
        case '/': state_ = State::slash; break;
        default: break;
    }
    return Status::more;
}

}  // namespace leasehold::config

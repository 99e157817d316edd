// Finds the end of one JSON value in a stream of octets, so that a command can be taken off a socket before
// it is parsed. It counts brackets and knows strings and comments; whether the text is right is dialect's
// part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace leasehold::config {

class Framer {
public:
    enum class Status : std::uint8_t {
        more,      // not complete yet
        complete,  // `size()` octets, counted from the first one fed, hold the value; the rest is not looked
                   // at
        bad,       // `bad_character()` cannot begin a value
        too_long,  // more than size_max octets
    };
    /// @param size_max  octets, comments and white space included
    explicit Framer(std::size_t size_max) : size_max_{size_max} {}

    /// The next octets of the stream. O(octets.size()); after anything but `more` the answer stays the same.
    Status feed(std::string_view octets);
    /// The stream ended: a number or word at its very end is complete now.
    Status finish();

    Status status() const { return status_; }
    std::size_t size() const { return size_; }
    char bad_character() const { return bad_character_; }

private:
    enum class State : std::uint8_t {
        blank,
        inside,
        scalar,
        string,
        escape,
        slash,
        line_comment,
        block_comment,
        star
    };
    Status step(char c);
    Status begin(char c);
    Status inside(char c);
    Status string_ended() const { return depth_ == 0 ? Status::complete : Status::more; }
    State outside_string() const { return depth_ == 0 ? State::blank : State::inside; }

    std::size_t size_max_;
    std::size_t size_ = 0;
    std::size_t depth_ = 0;
    State state_ = State::blank;
    Status status_ = Status::more;
    char bad_character_ = '\0';
};

}  // namespace leasehold::config

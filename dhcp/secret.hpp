// A password on its way from the configuration to the database, kept where it cannot be printed by accident.
#pragma once

#include <string.h>

#include <string>
#include <utility>

namespace leasehold {

/// Has no stream operator, no JSON form and no comparison with text: reading it is spelt out where it is
/// done.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string text) : text_{std::move(text)} {}
    Secret(const Secret&) = default;
    Secret(Secret&&) = default;
    Secret& operator=(const Secret&) = default;
    Secret& operator=(Secret&&) = default;
    ~Secret() { explicit_bzero(text_.data(), text_.size()); }  // not left behind in freed memory

    const std::string& reveal() const { return text_; }
    bool empty() const { return text_.empty(); }
    bool operator==(const Secret&) const = default;

private:
    std::string text_;
};

}  // namespace leasehold

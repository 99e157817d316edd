// A value or an error that the caller has to look at.
#pragma once

#include <expected>

namespace leasehold {

/// std::expected is not [[nodiscard]] in g++ 12; an ignored failure must not compile.
template <class T, class E>
class [[nodiscard]] Result : public std::expected<T, E> {
public:
    using std::expected<T, E>::expected;
};

}  // namespace leasehold

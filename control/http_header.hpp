// The header of an answer (RFC 9112), as text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "control/http_access.hpp"
#include "control/http_routes.hpp"

namespace leasehold {

struct HttpFraming {
    std::optional<std::uint64_t> length;  // of the body; nullopt: not known
    bool chunked = false;                 // else, without a length, the connection's end is the body's
    bool keep_alive = true;
};

/// With the empty line behind it. What the settings configure is in every answer.
std::string header_text(const HttpAnswer& answer, const HttpFraming& framing, const HttpSettings& settings);

/// "Bad Request"; "" for a status that is not used here.
std::string_view reason_phrase(unsigned status);

/// A short answer on a connection that ends with it.
std::string whole_answer(const HttpAnswer& answer, const HttpSettings& settings);

}  // namespace leasehold

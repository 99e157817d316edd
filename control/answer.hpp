// What a command answers, as a value: a small one whole, a large one as a source of pieces, so that a list of
// a million leases never stands in memory. Sending it is command_connection's part.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace leasehold {

/// Kea's result codes.
enum class ResultCode : std::int32_t {
    success = 0,
    error = 1,
    unsupported = 2,
    empty = 3,
    conflict = 4,
    fatal = 5,
    forbidden = 403  // its caller may not give it
};

/// Appends the next piece of an answer's JSON text, about `answer_piece_size` octets and a fraction of a millisecond
/// of work (possibly nothing, when a search found nothing yet): a client waits for two or three of them while it gets
/// its lease. False: that was the last piece.
using AnswerPieces = std::function<bool(std::string& out)>;
inline constexpr std::size_t answer_piece_size = 4096;
/// Makes the next piece, when threads that want this processor have had it. Where it is the only one, the store's
/// thread would else wait with each commit until the loop's time slice is over, and clients with it.
bool make_piece(const AnswerPieces& pieces, std::string& out);

struct Answer {
    ResultCode result = ResultCode::success;
    std::string text;  // empty: no such member
    std::optional<nlohmann::json> arguments;
    AnswerPieces pieces;  // when set, the whole answer; the members above are not looked at
};

Answer success(std::string text);
Answer success(std::string text, nlohmann::json arguments);
Answer failure(std::string text);
Answer nothing_found(std::string text);

/// Turns either kind into pieces.
AnswerPieces to_pieces(Answer answer);
/// A whole answer as JSON text.
Answer text_answer(std::string text);
/// Hands out a text that exists already.
AnswerPieces text_pieces(std::shared_ptr<const std::string> text);

/// An answer whose arguments are one list, written entry by entry:
/// { "arguments": { NAME: [ ... ] MORE }, "result": 0 or 3, "text": TEXT }
struct ListAnswer {
    std::string name;
    /// Calls `add` with each of the next entries, as config::compact writes it, and stops soon after it returns false
    /// (enough for now). @return false: there are no more.
    using Add = std::function<bool(std::string_view entry)>;
    std::function<bool(const Add& add)> more;
    /// Result 0, or 3 when there was none.
    std::function<std::string(std::uint64_t count)> text;
    bool with_count = false;  // "count" beside the list
    /// Further members beside the list, as a map; not set: none.
    std::function<nlohmann::json(std::uint64_t count)> beside = nullptr;
};
Answer list_answer(ListAnswer list);

}  // namespace leasehold

#include "control/answer.hpp"

#include <sched.h>

#include <algorithm>
#include <utility>

#include "config/load.hpp"

namespace leasehold {
namespace {

std::string to_text(const Answer& answer) {
    nlohmann::json json{{"result", static_cast<std::int32_t>(answer.result)}};
    if (!answer.text.empty()) json["text"] = answer.text;
    if (answer.arguments) json["arguments"] = *answer.arguments;
    return config::compact(json);
}

/// Follows the layout of compact(): blanks inside brackets, two of them in an empty list.
class ListWriter {
public:
    explicit ListWriter(ListAnswer list) : list_{std::move(list)} {}

    bool next(std::string& out) {
        if (!std::exchange(begun_, true)) out += "{ \"arguments\": { " + config::compact(list_.name) + ": [ ";
        const bool more = list_.more([&](std::string_view entry) {
            if (count_++ != 0) out += ", ";
            out += entry;
            return out.size() < answer_piece_size;
        });
        if (more) return true;
        // JSON members have no order; the count is only known now.
        out += " ]";
        if (list_.with_count) out += ", \"count\": " + std::to_string(count_);
        const auto beside = list_.beside ? list_.beside(count_) : nlohmann::json::object();
        for (const auto& [name, value] : beside.items())
            out += ", " + config::compact(name) + ": " + config::compact(value);
        const auto result = count_ == 0 ? ResultCode::empty : ResultCode::success;
        out += " }, \"result\": " + std::to_string(static_cast<std::int32_t>(result));
        out += ", \"text\": " + config::compact(list_.text(count_)) + " }";
        return false;
    }

private:
    ListAnswer list_;
    std::uint64_t count_ = 0;
    bool begun_ = false;
};

}  // namespace

Answer success(std::string text) {
    return {.result = ResultCode::success, .text = std::move(text), .arguments = {}, .pieces = {}};
}
Answer success(std::string text, nlohmann::json arguments) {
    return {.result = ResultCode::success,
            .text = std::move(text),
            .arguments = std::move(arguments),
            .pieces = {}};
}
Answer failure(std::string text) {
    return {.result = ResultCode::error, .text = std::move(text), .arguments = {}, .pieces = {}};
}
Answer text_answer(std::string text) {
    Answer answer;
    answer.pieces = text_pieces(std::make_shared<const std::string>(std::move(text)));
    return answer;
}
Answer nothing_found(std::string text) {
    return {.result = ResultCode::empty, .text = std::move(text), .arguments = {}, .pieces = {}};
}

AnswerPieces to_pieces(Answer answer) {
    if (answer.pieces) return std::move(answer.pieces);
    return text_pieces(std::make_shared<const std::string>(to_text(answer)));
}

AnswerPieces text_pieces(std::shared_ptr<const std::string> text) {
    return [text = std::move(text), at = std::size_t{0}](std::string& out) mutable {
        const auto size = std::min(answer_piece_size, text->size() - at);
        out.append(*text, at, size);
        at += size;
        return at != text->size();
    };
}

bool make_piece(const AnswerPieces& pieces, std::string& out) {
    sched_yield();
    return pieces(out);
}

Answer list_answer(ListAnswer list) {
    Answer answer;
    answer.pieces = [writer = ListWriter{std::move(list)}](std::string& out) mutable {
        return writer.next(out);
    };
    return answer;
}

}  // namespace leasehold

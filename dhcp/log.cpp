// The table of messages as data, the text of a message with its fields, and the one pointer to whoever
// listens. Formats and destinations are control/log_backend's part.
#include "dhcp/log.hpp"

#include <array>
#include <atomic>
#include <cassert>
#include <charconv>

namespace leasehold {
namespace {

constexpr std::array defs{
#define LEASEHOLD_MESSAGE(id, severity, level, logger, text) \
    MessageDef{MessageId::id, #id, LogSeverity::severity, level, logger, text},
#include "dhcp/log_messages.def"
#undef LEASEHOLD_MESSAGE
};
static_assert(defs.size() == static_cast<std::size_t>(MessageId::count_));

std::atomic<LogSink*> sink{nullptr};

/// Text fields may come from the network (hostnames, vendor classes): what could end a line, steer a
/// terminal or pass for another message is written as an escape. The backslash too, so that it can be undone.
void append_escaped(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (c == '\n') {
            out += "\\n";
        } else if (c == '\\') {
            out += "\\\\";
        } else if (octet < 0x20 || octet > 0x7e) {
            out += "\\x";
            out += digits[octet >> 4];
            out += digits[octet & 0xf];
        } else {
            out += c;
        }
    }
}

template <class Number>
void append_decimal(std::string& out, Number number) {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

void append(std::string& out, const LogField& field) {
    std::visit(
        [&out](const auto& value) {
            if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string_view>)
                append_escaped(out, value);
            else
                append_decimal(out, value);
        },
        field.value);
}

const LogField* find_field(std::span<const LogField> fields, std::string_view name) {
    for (const auto& field : fields)
        if (field.name == name) return &field;
    return nullptr;
}

}  // namespace

const MessageDef& message_def(MessageId id) {
    return defs[static_cast<std::size_t>(id)];
}

std::span<const MessageDef> message_defs() {
    return defs;
}

MessageId in_family(MessageId v4, Family family) {
    if (family == Family::v4) return v4;
    const auto v6 = static_cast<MessageId>(static_cast<std::uint16_t>(v4) + 1);
    assert(message_def(v6).name.substr(5) == message_def(v4).name.substr(5));  // after "DHCP6"
    return v6;
}

std::string render(const MessageDef& def, std::span<const LogField> fields) {
    std::string out;
    out.reserve(def.text.size() + 64);
    std::string_view rest = def.text;
    while (!rest.empty()) {
        const auto open = rest.find('{');
        const auto close = rest.find('}', open == rest.npos ? rest.size() : open);
        if (close == rest.npos) break;
        out += rest.substr(0, open);
        const auto name = rest.substr(open + 1, close - open - 1);
        if (const auto* field = find_field(fields, name))
            append(out, *field);
        else  // a caller's mistake; the name tells more than a gap would
            out += rest.substr(open, close - open + 1);
        rest.remove_prefix(close + 1);
    }
    out += rest;
    return out;
}

void set_log_sink(LogSink* new_sink) {
    sink.store(new_sink, std::memory_order_release);
}

bool log_enabled(MessageId id) noexcept {
    const auto* listener = sink.load(std::memory_order_acquire);
    return listener != nullptr && listener->enabled(message_def(id));
}

void log(MessageId id, std::initializer_list<LogField> fields) {
    auto* listener = sink.load(std::memory_order_acquire);
    const auto& def = message_def(id);
    if (listener != nullptr && listener->enabled(def))
        listener->write(def, std::span<const LogField>{fields.begin(), fields.size()});
}

}  // namespace leasehold

// What the product says: every message has a stable id in one table (log_messages.def), a severity, a logger
// name and a text with {named} fields. Who writes it where is connected from outside (control/logging).
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "dhcp/address.hpp"

namespace leasehold {

enum class LogSeverity : std::uint8_t { debug, info, warn, error, fatal };

enum class MessageId : std::uint16_t {
#define LEASEHOLD_MESSAGE(id, severity, level, logger, text) id,
#include "dhcp/log_messages.def"
#undef LEASEHOLD_MESSAGE
    count_,
};

struct MessageDef {
    MessageId id;
    std::string_view name;  // "DHCP4_LEASE_ALLOC"
    LogSeverity severity;
    int debug_level;          // of debug messages, 0..99
    std::string_view logger;  // child of the root logger: "dhcp4", "leases", "commands" ...
    std::string_view text;    // "{client}: lease {address} granted for {seconds} s"
};
const MessageDef& message_def(MessageId id);
std::span<const MessageDef> message_defs();
/// Of a message that both families have: the other one's. @pre `v4` is the DHCP4_ one of a pair (LEASEHOLD_MESSAGE_PAIR)
MessageId in_family(MessageId v4, Family family);

/// A named value of a message; text must outlive the call only.
struct LogField {
    std::string_view name;
    std::variant<std::string_view, std::int64_t, std::uint64_t, double> value;
    LogField(std::string_view n, std::string_view v) : name{n}, value{v} {}
    LogField(std::string_view n, const char* v) : name{n}, value{std::string_view{v}} {}
    LogField(std::string_view n, const std::string& v) : name{n}, value{std::string_view{v}} {}
    LogField(std::string_view n, std::signed_integral auto v)
        : name{n}, value{static_cast<std::int64_t>(v)} {}
    LogField(std::string_view n, std::unsigned_integral auto v)
        : name{n}, value{static_cast<std::uint64_t>(v)} {}
    LogField(std::string_view n, double v) : name{n}, value{v} {}
};

/// The text with its fields put in.
std::string render(const MessageDef& def, std::span<const LogField> fields);

class LogSink {
public:
    virtual ~LogSink() = default;
    virtual bool enabled(const MessageDef& def) const noexcept = 0;
    virtual void write(const MessageDef& def, std::span<const LogField> fields) = 0;
};

/// Connected once by main (and by tests), before threads start; without one messages go nowhere.
void set_log_sink(LogSink* sink);

/// Is somebody listening? Ask first where making the fields costs something.
bool log_enabled(MessageId id) noexcept;
/// From any thread.
void log(MessageId id, std::initializer_list<LogField> fields = {});

}  // namespace leasehold

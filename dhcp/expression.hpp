// Classification expressions: text compiled once into a program; running it allocates nothing. Values are
// octet strings. What a packet says is asked through ExpressionSource, so that v4 and v6 share everything
// here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dhcp/address.hpp"
#include "dhcp/client_class.hpp"
#include "dhcp/option_def.hpp"
#include "dhcp/result.hpp"

namespace leasehold {

using ExpressionBytes = std::span<const std::uint8_t>;

/// A fact of a packet that is no option.
enum class PacketField : std::uint8_t {
    interface,
    source,
    destination,
    length,
    mac,
    hlen,
    htype,
    ciaddr,
    giaddr,
    yiaddr,
    siaddr,
    message_type,
    transaction_id,
};

/// Where an option path begins: option[], relay4[], relay6[n].option[], vendor[n].option[].
enum class OptionOrigin : std::uint8_t { packet, relay4, relay6, vendor };

/// What an expression may ask of a packet. A numeric field is 4 octets in network byte order, an address 4 or
/// 16. Spans stay valid until the evaluation ends; `scratch` is there for what the packet does not hold as
/// octets, at least 16 of them.
class ExpressionSource {
public:
    virtual ~ExpressionSource() = default;
    virtual ExpressionBytes field(PacketField field, std::span<std::uint8_t> scratch) const = 0;
    /// nullopt: absent. @param which  the relay's level, or the enterprise number (nullopt: any)
    virtual std::optional<ExpressionBytes> option(OptionOrigin origin, std::optional<std::int64_t> which,
                                                  std::uint16_t code) const = 0;
    /// A sub-option within a payload, as code and length octets of the family.
    virtual std::optional<ExpressionBytes> sub_option(ExpressionBytes payload, std::uint16_t code) const = 0;
    /// vendor.enterprise and vendor-class.enterprise; nullopt: the option is absent.
    virtual std::optional<std::uint32_t> vendor_enterprise() const = 0;
    virtual std::optional<std::uint32_t> vendor_class_enterprise() const = 0;
    /// vendor-class[n].data[index]
    virtual std::optional<ExpressionBytes> vendor_class_data(std::optional<std::uint32_t> enterprise,
                                                             std::size_t index) const = 0;
    /// relay6[level].peeraddr and .linkaddr; empty in v4.
    virtual ExpressionBytes relay6_address(std::int64_t level, bool peer) const = 0;
};

struct ExpressionError {
    std::string detail;      // what is wrong, and what would be right
    std::size_t offset = 0;  // in the text
};

/// What the configuration knows that an expression may name.
struct ExpressionNames {
    Family family = Family::v4;
    /// An option of the family's own space by name, or by code for `.text`; nullptr: not defined.
    std::function<const OptionDef*(std::string_view name)> option_named;
    std::function<const OptionDef*(std::uint16_t code)> option_coded;
    /// A class that may be referred to here (defined before, or built in); nullopt: an error.
    std::function<std::optional<ClassId>(std::string_view name)> class_named;
};

class Expression {
public:
    enum class Kind : std::uint8_t { test, text };  // true or false; or an octet string

    /// The error is told with its place in the text. Thread: any.
    static Result<Expression, ExpressionError> compile(Kind kind, std::string_view text,
                                                       const ExpressionNames& names);

    /// @return the outcome; the error says why it could not be evaluated (a literal; counts as false).
    Result<bool, std::string_view> matches(const ExpressionSource& source, const ClassSet& classes) const;
    /// Appends the octets to `out`. @return the error as above; nothing was appended then.
    using Output = boost::container::small_vector<std::uint8_t, 256>;
    Result<void, std::string_view> evaluate(const ExpressionSource& source, const ClassSet& classes,
                                            Output& out) const;

    /// The classes that member() names.
    std::span<const ClassId> referred_classes() const;
    std::string_view text() const;
    bool operator==(const Expression& other) const { return text() == other.text(); }

private:
    struct Program;
    explicit Expression(std::shared_ptr<const Program> program) : program_{std::move(program)} {}
    std::shared_ptr<const Program> program_;  // immutable: copies share it
};

}  // namespace leasehold

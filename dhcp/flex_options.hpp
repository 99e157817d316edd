// Options of a reply changed by expressions, after all scopes had their say (Kea's flex_option library). The same
// for both families: what differs is the form of codes, sub-options and vendors' blocks.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dhcp/client_class.hpp"
#include "dhcp/expression.hpp"
#include "dhcp/flex_option.hpp"

namespace leasehold {

/// The options of one reply, as far as they may be changed.
class ChangeableOptions {
public:
    virtual ~ChangeableOptions() = default;
    /// Of an option without which it would be no reply of this server.
    virtual bool is_protected(std::uint16_t code) const = 0;
    virtual std::optional<std::span<const std::uint8_t>> find(std::uint16_t code) const = 0;
    virtual void remove(std::uint16_t code) = 0;
    /// Puts one in the place of all of this code.
    virtual void replace(std::uint16_t code, std::vector<std::uint8_t> payload) = 0;
    /// The sub-options of a vendor, of all its blocks; nullopt: the reply has none of it.
    virtual std::optional<std::vector<std::uint8_t>> vendor_data(std::uint32_t enterprise) const = 0;
    virtual void remove_vendor(std::uint32_t enterprise) = 0;
    virtual void replace_vendor(std::uint32_t enterprise, std::span<const std::uint8_t> sub_options) = 0;
};

/// How the family writes sub-options.
struct SubOptionForm {
    std::uint16_t vendor_code = 0;  // the option that has vendors' blocks
    int number_size = 1;            // octets of a code, and of a length
};

/// Each entry in its order: add (unless the reply has the option), supersede, remove (when the expression is
/// true), then its sub-options the same way within the option, or within a vendor's block. An entry for another
/// class does nothing; nor does one whose expression cannot be evaluated (which is logged), gives nothing, or
/// gives what its text form does not allow.
/// @param classes  all of the packet's
void apply_flex_options(std::span<const FlexOption> entries, const ExpressionSource& source,
                        const ClassSet& classes, const SubOptionForm& form, ChangeableOptions& options);

}  // namespace leasehold

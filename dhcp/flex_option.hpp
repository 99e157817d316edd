// Options changed by expressions after all scopes had their say (Kea's flex_option library).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dhcp/expression.hpp"

namespace leasehold {

enum class FlexAction : std::uint8_t {
    add,        // unless the reply has it
    supersede,  // in any case
    remove      // when the expression is true
};

struct FlexSubOption {
    std::uint16_t code = 0;
    FlexAction action = FlexAction::add;
    Expression expression;
    std::optional<OwnedOptionDef>
        text_form;  // csv-format true: the expression's text is read as such an option
    std::optional<ClassId> only_for;
    bool container_add = true;     // an option without sub-options comes into being for it
    bool container_remove = true;  // and goes with its last one
    bool operator==(const FlexSubOption&) const = default;
};

struct FlexOption {
    std::uint16_t code = 0;
    /// Unset: the entry is about sub-options only.
    std::optional<FlexAction> action;
    std::optional<Expression> expression;
    std::optional<OwnedOptionDef> text_form;
    std::optional<ClassId> only_for;
    std::optional<std::uint32_t> vendor;  // sub-options are of this enterprise's option 125 (v6: 17)
    std::vector<FlexSubOption> sub_options;
    bool operator==(const FlexOption&) const = default;
};

}  // namespace leasehold

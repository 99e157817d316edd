// Expressions see the query, as classification does; what they give becomes octets by the option's text form
// or stands as it is.
#include "dhcp/v4/flex_options.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "dhcp/log.hpp"
#include "dhcp/option_text.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v4/packet_source.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::v4 {

namespace {

using Octet = std::uint8_t;
using OctetVector = std::vector<Octet>;
constexpr Octet vendor_options = 125;
constexpr std::size_t sub_option_size_max = 255, option_size_max = 4096;

bool is_protected(std::uint16_t code) {
    return code == option::pad || code >= option::end || code == option::message_type ||
           code == option::server_identifier || code == option::relay_agent_information;
}

/// One packet's evaluation.
class Evaluation {
public:
    Evaluation(const Request& request, const ReplyScopes& scopes)
        : source_{*request.message, request.arrival},
          classes_{scopes.classes == nullptr ? request.classes : *scopes.classes} {}

    bool is_for(std::optional<ClassId> only_for) const { return !only_for || classes_.has(*only_for); }
    bool is_true(const Expression& expression) const {
        const auto outcome = expression.matches(source_, classes_);
        if (!outcome) tell(expression, outcome.error());
        return outcome.value_or(false);
    }
    /// nullopt: nothing to send.
    std::optional<OctetVector> value(const Expression& expression,
                                     const std::optional<OwnedOptionDef>& text_form) const {
        Expression::Output out;
        if (const auto done = expression.evaluate(source_, classes_, out); !done) {
            tell(expression, done.error());
            return std::nullopt;
        }
        if (out.empty()) return std::nullopt;
        if (!text_form) return OctetVector(out.begin(), out.end());
        auto bytes = option_bytes(text_form->view(), as_text({out.data(), out.size()}));
        if (!bytes) {
            tell(expression, bytes.error().detail);
            return std::nullopt;
        }
        return std::move(*bytes);
    }

private:
    static void tell(const Expression& expression, std::string_view reason) {
        log(MessageId::EXPRESSION_ERROR,
            {{"what", "the option expression " + std::string{expression.text()}}, {"reason", reason}});
    }
    PacketSource source_;
    const ClassSet& classes_;
};

/// Sub-options in code and length octets.
class SubOptions {
public:
    explicit SubOptions(std::span<const Octet> bytes) : bytes_(bytes.begin(), bytes.end()) {}

    /// Removes all of this code. @return was there one?
    bool remove(Octet code) {
        OctetVector kept;
        Reader in{bytes_};
        bool found = false;
        while (const auto here = take_sub_option(in)) {  // a damaged rest cannot be told apart: it goes
            if (here->code == code) {
                found = true;
            } else {
                append(kept, here->code, here->payload);
            }
        }
        bytes_ = std::move(kept);
        return found;
    }
    bool has(Octet code) const {
        Reader in{bytes_};
        while (const auto here = take_sub_option(in))
            if (here->code == code) return true;
        return false;
    }
    void add(Octet code, std::span<const Octet> payload) { append(bytes_, code, payload); }
    const OctetVector& bytes() const { return bytes_; }

private:
    static void append(OctetVector& out, Octet code, std::span<const Octet> payload) {
        out.push_back(code);
        out.push_back(static_cast<Octet>(payload.size()));
        out.insert(out.end(), payload.begin(), payload.end());
    }
    OctetVector bytes_;
};

/// @return did the sub-options change?
bool change(const Evaluation& evaluation, const FlexSubOption& entry, SubOptions& sub_options) {
    if (entry.code > 255) return false;
    const auto code = static_cast<Octet>(entry.code);
    if (entry.action == FlexAction::remove)
        return sub_options.has(code) && evaluation.is_true(entry.expression) && sub_options.remove(code);
    if (entry.action == FlexAction::add && sub_options.has(code)) return false;
    const auto value = evaluation.value(entry.expression, entry.text_form);
    if (!value || value->size() > sub_option_size_max) return false;
    sub_options.remove(code);
    sub_options.add(code, *value);
    return true;
}

void change_sub_option(const Evaluation& evaluation, Octet code, const FlexSubOption& entry,
                       ReplyOptions& options) {
    if (!evaluation.is_for(entry.only_for)) return;
    const auto there = options.find(code);
    if (!there && (entry.action == FlexAction::remove || !entry.container_add)) return;
    SubOptions sub_options{there.value_or(std::span<const Octet>{})};
    if (!change(evaluation, entry, sub_options) || sub_options.bytes().size() > option_size_max) return;
    if (sub_options.bytes().empty() && entry.container_remove) {
        options.remove(code);
    } else {
        options.replace(code, sub_options.bytes());
    }
}

/// The same within the block of one vendor; the blocks of others stay.
void change_vendor_sub_option(const Evaluation& evaluation, std::uint32_t vendor, const FlexSubOption& entry,
                              ReplyOptions& options) {
    if (!evaluation.is_for(entry.only_for)) return;
    const auto block = options.vendor_data(vendor);
    if (!block && (entry.action == FlexAction::remove || !entry.container_add)) return;
    SubOptions sub_options{block.value_or(OctetVector{})};
    if (!change(evaluation, entry, sub_options) || sub_options.bytes().size() > option_size_max) return;
    if (sub_options.bytes().empty() && entry.container_remove) {
        options.remove_vendor(vendor);
    } else {
        options.replace_vendor(vendor, sub_options.bytes());
    }
}

void change_option(const Evaluation& evaluation, const FlexOption& entry, ReplyOptions& options) {
    if (!entry.action || !entry.expression) return;
    const auto code = static_cast<Octet>(entry.code);
    if (*entry.action == FlexAction::remove) {
        if (options.has(code) && evaluation.is_true(*entry.expression)) options.remove(code);
        return;
    }
    if (*entry.action == FlexAction::add && options.has(code)) return;
    auto value = evaluation.value(*entry.expression, entry.text_form);
    if (value && value->size() <= option_size_max) options.replace(code, std::move(*value));
}

}  // namespace

void apply_flex_options(const Request& request, const ReplyScopes& scopes, ReplyOptions& options) {
    if (scopes.config->flex_options.empty()) return;
    const Evaluation evaluation{request, scopes};
    for (const auto& entry : scopes.config->flex_options) {
        if (is_protected(entry.code) || !evaluation.is_for(entry.only_for)) continue;
        change_option(evaluation, entry, options);
        for (const auto& sub_option : entry.sub_options) {
            if (entry.vendor && entry.code == vendor_options) {
                change_vendor_sub_option(evaluation, *entry.vendor, sub_option, options);
            } else {
                change_sub_option(evaluation, static_cast<Octet>(entry.code), sub_option, options);
            }
        }
    }
}

}  // namespace leasehold::v4

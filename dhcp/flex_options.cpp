// Expressions see the query, as classification does; what they give becomes octets by the option's text form
// or stands as it is.
#include "dhcp/flex_options.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "dhcp/log.hpp"
#include "dhcp/option_text.hpp"
#include "dhcp/wire.hpp"

namespace leasehold {

namespace {

using Octet = std::uint8_t;
using OctetVector = std::vector<Octet>;
constexpr std::size_t option_size_max = 4096;

/// One packet's evaluation.
class Evaluation {
public:
    Evaluation(const ExpressionSource& source, const ClassSet& classes) : source_{source}, classes_{classes} {}

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
    const ExpressionSource& source_;
    const ClassSet& classes_;
};

/// Sub-options behind their codes and lengths, numbers of the family's size.
class SubOptionList {
public:
    SubOptionList(std::span<const Octet> bytes, int number_size)
        : bytes_(bytes.begin(), bytes.end()), number_size_{number_size} {}

    /// Removes all of this code. @return was there one?
    bool remove(std::uint16_t code) {
        OctetVector kept;
        Reader in{bytes_};
        bool found = false;
        while (const auto here = take(in)) {  // a damaged rest cannot be told apart: it goes
            if (here->code == code)
                found = true;
            else
                append(kept, here->code, here->payload);
        }
        bytes_ = std::move(kept);
        return found;
    }
    bool has(std::uint16_t code) const {
        Reader in{bytes_};
        while (const auto here = take(in))
            if (here->code == code) return true;
        return false;
    }
    void add(std::uint16_t code, std::span<const Octet> payload) { append(bytes_, code, payload); }
    /// Can a sub-option have this code, and this many octets?
    bool holds(std::size_t number) const { return number <= (number_size_ == 1 ? 0xffu : 0xffffu); }
    const OctetVector& bytes() const { return bytes_; }

private:
    struct Here {
        std::uint16_t code;
        std::span<const Octet> payload;
    };
    std::uint16_t number(Reader& in) const { return number_size_ == 1 ? in.u8() : in.u16(); }
    std::optional<Here> take(Reader& in) const {
        if (in.left() == 0) return std::nullopt;
        const auto code = number(in);
        const auto payload = in.take(number(in));
        return in.ok() ? std::optional{Here{code, payload}} : std::nullopt;
    }
    void append(OctetVector& out, std::uint16_t code, std::span<const Octet> payload) const {
        for (const std::size_t value : {std::size_t{code}, payload.size()}) {
            if (number_size_ == 2) out.push_back(static_cast<Octet>(value >> 8));
            out.push_back(static_cast<Octet>(value));
        }
        out.insert(out.end(), payload.begin(), payload.end());
    }

    OctetVector bytes_;
    int number_size_;
};

/// @return did the sub-options change?
bool change(const Evaluation& evaluation, const FlexSubOption& entry, SubOptionList& sub_options) {
    const auto code = entry.code;
    if (!sub_options.holds(code)) return false;
    if (entry.action == FlexAction::remove)
        return sub_options.has(code) && evaluation.is_true(entry.expression) && sub_options.remove(code);
    if (entry.action == FlexAction::add && sub_options.has(code)) return false;
    const auto value = evaluation.value(entry.expression, entry.text_form);
    if (!value || !sub_options.holds(value->size())) return false;
    sub_options.remove(code);
    sub_options.add(code, *value);
    return true;
}

void change_sub_option(const Evaluation& evaluation, std::uint16_t code, const FlexSubOption& entry,
                       int number_size, ChangeableOptions& options) {
    if (!evaluation.is_for(entry.only_for)) return;
    const auto there = options.find(code);
    if (!there && (entry.action == FlexAction::remove || !entry.container_add)) return;
    SubOptionList sub_options{there.value_or(std::span<const Octet>{}), number_size};
    if (!change(evaluation, entry, sub_options) || sub_options.bytes().size() > option_size_max) return;
    if (sub_options.bytes().empty() && entry.container_remove) {
        options.remove(code);
    } else {
        options.replace(code, sub_options.bytes());
    }
}

/// The same within the block of one vendor; the blocks of others stay.
void change_vendor_sub_option(const Evaluation& evaluation, std::uint32_t vendor, const FlexSubOption& entry,
                              int number_size, ChangeableOptions& options) {
    if (!evaluation.is_for(entry.only_for)) return;
    const auto block = options.vendor_data(vendor);
    if (!block && (entry.action == FlexAction::remove || !entry.container_add)) return;
    SubOptionList sub_options{block.value_or(OctetVector{}), number_size};
    if (!change(evaluation, entry, sub_options) || sub_options.bytes().size() > option_size_max) return;
    if (sub_options.bytes().empty() && entry.container_remove) {
        options.remove_vendor(vendor);
    } else {
        options.replace_vendor(vendor, sub_options.bytes());
    }
}

void change_option(const Evaluation& evaluation, const FlexOption& entry, ChangeableOptions& options) {
    if (!entry.action || !entry.expression) return;
    const auto code = entry.code;
    if (*entry.action == FlexAction::remove) {
        if (options.find(code).has_value() && evaluation.is_true(*entry.expression)) options.remove(code);
        return;
    }
    if (*entry.action == FlexAction::add && options.find(code).has_value()) return;
    auto value = evaluation.value(*entry.expression, entry.text_form);
    if (value && value->size() <= option_size_max) options.replace(code, std::move(*value));
}

}  // namespace

void apply_flex_options(std::span<const FlexOption> entries, const ExpressionSource& source,
                        const ClassSet& classes, const SubOptionForm& form, ChangeableOptions& options) {
    const Evaluation evaluation{source, classes};
    for (const auto& entry : entries) {
        if (options.is_protected(entry.code) || !evaluation.is_for(entry.only_for)) continue;
        change_option(evaluation, entry, options);
        for (const auto& sub_option : entry.sub_options) {
            if (entry.vendor && entry.code == form.vendor_code)
                change_vendor_sub_option(evaluation, *entry.vendor, sub_option, form.number_size, options);
            else
                change_sub_option(evaluation, entry.code, sub_option, form.number_size, options);
        }
    }
}

}  // namespace leasehold

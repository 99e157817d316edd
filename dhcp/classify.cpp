// Evaluates the tests of classes in their order, and makes the names of vendor and spawned classes.
#include "dhcp/classify.hpp"

#include <array>

#include "dhcp/decision_observer.hpp"
#include "dhcp/log.hpp"

namespace leasehold {
namespace {

/// A class's name with octets of a packet in it, in a buffer of its own: most such names are of no class, and
/// then nothing is allocated for them.
class MadeName {
public:
    explicit MadeName(std::string_view prefix) { append(prefix); }

    void append(std::string_view text) {
        for (const char c : text) put(c);
    }
    /// Letters, digits and a few signs as they are, "%" doubled, others as %XX: Kea's form since 3.3.0.
    void append_escaped(ExpressionBytes octets) {
        for (const std::uint8_t octet : octets) {
            const char c = static_cast<char>(octet);
            if (c == '%') {
                append("%%");
            } else if (is_plain_in_class_name(c)) {
                put(c);
            } else {
                constexpr std::string_view digits = "0123456789ABCDEF";
                put('%');
                put(digits[octet >> 4]);
                put(digits[octet & 0xf]);
            }
        }
    }
    std::optional<ClassId> find(const ClassNames& names) const {
        return is_too_long_ ? std::nullopt : names.find({text_.data(), size_});
    }

private:
    void put(char c) {
        if (size_ == text_.size())
            is_too_long_ = true;
        else
            text_[size_++] = c;
    }

    std::array<char, made_name_size_max> text_;  // not cleared: size_ says what counts
    std::size_t size_ = 0;
    bool is_too_long_ = false;
};

/// SPAWN_<template>_<value>, then the template itself: options of the former are the more special ones.
void add_spawned(const ClientClassConfig& config, ExpressionBytes value, const ClassNames& names,
                 ClassSet& classes) {
    if (value.empty()) return;
    MadeName name{"SPAWN_"};
    name.append(config.name);
    name.append("_");
    name.append_escaped(value);
    if (const auto id = name.find(names)) classes.add(*id);
    classes.add(config.id);
}

/// Evaluates the class's test or template and adds what comes of it. @return why it could not be evaluated; empty: it
/// could
std::string_view evaluate_test(const ClientClassConfig& config, const ExpressionSource& source,
                               const ClassNames& names, ClassSet& classes) {
    std::string_view error;
    if (config.template_test) {
        Expression::Output value;
        if (const auto outcome = config.template_test->evaluate(source, classes, value))
            add_spawned(config, {value.data(), value.size()}, names, classes);
        else
            error = outcome.error();
    } else if (config.test) {
        if (const auto outcome = config.test->matches(source, classes)) {
            if (*outcome) classes.add(config.id);
        } else {
            error = outcome.error();
        }
    }
    return error;
}

std::string_view evaluate_observed(const ClientClassConfig& config, const ExpressionSource& source,
                                   const ClassNames& names, ClassSet& classes) {
    const auto before = classes;
    const auto error = evaluate_test(config, source, names, classes);
    if (config.test || config.template_test) decision_observer->on_test(config, source, before, classes, error);
    return error;
}

/// @return could it be evaluated?
bool evaluate(const ClientClassConfig& config, const ExpressionSource& source, const ClassNames& names,
              ClassSet& classes) {
    const auto error = decision_observer == nullptr ? evaluate_test(config, source, names, classes)
                                                    : evaluate_observed(config, source, names, classes);
    if (error.empty()) return true;
    log(MessageId::CLASS_EVAL_ERROR, {{"class", config.name}, {"reason", error}});
    return false;
}

std::size_t evaluate_all(const ExpressionSource& source, const ServerConfig& config, bool after_hosts,
                         ClassSet& classes) {
    std::size_t errors = 0;
    for (const auto& one : config.classes)
        if (!one.additional_only && one.after_hosts == after_hosts)
            errors += evaluate(one, source, config.class_names, classes) ? 0 : 1;
    return errors;
}

}  // namespace

void add_vendor_class(OctetView vendor, const ServerConfig& config, ClassSet& classes) {
    while (!vendor.empty() && vendor.back() == 0) vendor = vendor.first(vendor.size() - 1);
    if (vendor.empty()) return;
    MadeName name{"VENDOR_CLASS_"};
    name.append_escaped(vendor);
    if (const auto id = name.find(config.class_names)) classes.add(*id);
}

std::size_t classify(const ExpressionSource& source, const ServerConfig& config, ClassSet& classes) {
    return evaluate_all(source, config, false, classes);
}

std::size_t classify_after_hosts(const ExpressionSource& source, const ServerConfig& config,
                                 ClassSet& classes) {
    return evaluate_all(source, config, true, classes);
}

std::size_t classify_additional(const ExpressionSource& source, const ServerConfig& config,
                                std::span<const ClassId> list, ClassSet& classes) {
    std::size_t errors = 0;
    for (const ClassId id : list) {
        const auto* const defined = config.client_class(id);
        if (defined == nullptr || classes.has(id)) continue;
        if (!defined->test && !defined->template_test)
            classes.add(id);
        else
            errors += evaluate(*defined, source, config.class_names, classes) ? 0 : 1;
    }
    return errors;
}

}  // namespace leasehold

// Selecting options by request and scope, and keeping a reply within its size. What each option means is of
// no matter here, but for the few that RFCs make depend on each other.
#include "dhcp/v4/reply_options.hpp"

#include <algorithm>
#include <cassert>

#include "dhcp/v4/option_table.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::v4 {

namespace {

constexpr std::uint8_t static_routes = 33, classless_static_routes = 121, vendor_class_by_enterprise = 124,
                       vendor_options_by_enterprise = 125;

/// Made by the server or by the writer; a configured value of these is not sent.
constexpr std::array made_here{option::pad,
                               option::requested_address,
                               option::lease_time,
                               option::overload,
                               option::message_type,
                               option::server_identifier,
                               option::parameter_request_list,
                               option::max_message_size,
                               option::renewal_time,
                               option::rebinding_time,
                               option::client_identifier,
                               option::rapid_commit,
                               option::fqdn,
                               option::relay_agent_information,
                               option::subnet_selection,
                               option::end};

/// Sent although a client did not ask: what it cannot work without.
constexpr std::array basic{option::routers, option::domain_name_servers, option::domain_name};

/// What is kept first when a reply gets too long; then come the client's wishes in its order, then the rest.
constexpr std::array essential{
    option::server_identifier,   option::lease_time,        option::subnet_mask, option::renewal_time,
    option::rebinding_time,      option::client_identifier, option::routers,     classless_static_routes,
    option::domain_name_servers, option::domain_name};

bool is_per_vendor(std::uint16_t code) {
    return code == vendor_class_by_enterprise || code == vendor_options_by_enterprise;
}

std::uint32_t enterprise_of(std::span<const std::uint8_t> payload) {
    return Reader{payload}.u32();
}

/// Calls `use(enterprise, data)` for each vendor in an option 124 or 125; a damaged rest is passed over.
template <class Use>
void for_each_vendor(const OptionBytes& payload, Use use) {
    if (!payload) return;
    Reader in{*payload};
    while (in.left() > 0) {
        const auto enterprise = in.u32();
        const auto data = in.take(in.u8());
        if (!in.ok()) return;
        use(enterprise, data);
    }
}

/// What a client says of vendors. Only DOCSIS has a list of requested sub-options that we know (enterprise
/// 4491, sub-option 1); who sends none gets all that is configured, since it cannot ask.
struct VendorWishes {
    boost::container::small_vector<std::uint32_t, 4> named;
    std::bitset<256> docsis;
    bool has_docsis_list = false;

    explicit VendorWishes(const MessageView& message) {
        const auto name = [&](std::uint32_t enterprise, std::span<const std::uint8_t>) {
            if (std::ranges::find(named, enterprise) == named.end()) named.push_back(enterprise);
        };
        for_each_vendor(message.option(vendor_class_by_enterprise), name);
        for_each_vendor(message.option(vendor_options_by_enterprise),
                        [&](std::uint32_t enterprise, std::span<const std::uint8_t> data) {
                            name(enterprise, data);
                            if (enterprise == docsis_enterprise) read_docsis(data);
                        });
    }
    bool wants(const OptionValue& value) const {
        return value.code <= 255 && (*value.vendor != docsis_enterprise || !has_docsis_list ||
               docsis[value.code]);
    }

private:
    static constexpr std::uint32_t docsis_enterprise = 4491;
    void read_docsis(std::span<const std::uint8_t> data) {
        Reader in{data};
        while (const auto found = take_sub_option(in)) {
            if (found->code != 1) continue;
            has_docsis_list = true;
            for (const auto wish : found->payload) docsis.set(wish);
        }
    }
};

/// Writes vendor data as RFC 3925 4 has it. Its length is one octet, so that more than 255 octets go into
/// further blocks of the same vendor; a sub-option over 253 octets is continued like RFC 3396 has it.
class VendorWriter {
public:
    VendorWriter(std::vector<std::uint8_t>& out, std::uint32_t enterprise)
        : out_{out}, enterprise_{enterprise} {
        begin_block();
    }
    void add(std::uint8_t code, std::span<const std::uint8_t> payload) {
        do {
            const auto piece = payload.first(std::min(payload.size(), block_size_max - 2));
            payload = payload.subspan(piece.size());
            if (out_[length_at_] + piece.size() + 2 > block_size_max) begin_block();
            out_.push_back(code);
            out_.push_back(static_cast<std::uint8_t>(piece.size()));
            out_.insert(out_.end(), piece.begin(), piece.end());
            out_[length_at_] = static_cast<std::uint8_t>(out_[length_at_] + piece.size() + 2);
        } while (!payload.empty());
    }

private:
    static constexpr std::size_t block_size_max = 255;
    void begin_block() {
        length_at_ = out_.size() + 4;
        out_.resize(out_.size() + 5);
        write_u32(out_.data() + length_at_ - 4, enterprise_);
    }
    std::vector<std::uint8_t>& out_;
    std::uint32_t enterprise_;
    std::size_t length_at_ = 0;
};

void apply(const BootFields& from, BootChoice& to) {
    if (from.next_server) to.next_server = *from.next_server;
    if (from.server_hostname) to.server_hostname = *from.server_hostname;
    if (from.boot_file_name) to.boot_file_name = *from.boot_file_name;
}

}  // namespace

BootChoice boot_fields(const ReplyScopes& scopes) {
    const auto& subnet = *scopes.subnet;
    BootChoice choice{subnet.next_server, subnet.server_hostname, subnet.boot_file_name};
    // The last write wins, so the classes go from the last to the first.
    for (const auto* of : scopes.config->defined(classes_of(scopes)) | std::views::reverse)
        apply(of->boot, choice);
    if (scopes.host != nullptr) apply(scopes.host->boot, choice);
    return choice;
}

ReplyOptions::ReplyOptions(const MessageView& message) {
    if (const auto list = message.option(option::parameter_request_list)) parameter_list_ = *list;
    for (const auto code : parameter_list_) requested_.set(code);
    for (const auto code : basic) requested_.set(code);
    for (const auto code : made_here) given_.set(code);
}

void ReplyOptions::add(std::uint8_t code, std::span<const std::uint8_t> payload) {
    given_.set(code);
    options_.insert(std::ranges::upper_bound(options_, code, {}, &ReplyOption::code), {code, payload});
}

void ReplyOptions::add_u32(std::uint8_t code, std::uint32_t value) {
    assert(numbers_.size() < numbers_.capacity());
    auto& bytes = numbers_.emplace_back();
    write_u32(bytes.data(), value);
    add(code, bytes);
}

bool ReplyOptions::has(std::uint8_t code) const {
    return std::ranges::find(options_, code, &ReplyOption::code) != options_.end();
}

void ReplyOptions::add_configured(const MessageView& message, const ReplyScopes& scopes) {
    const auto sets = sets_of(scopes);
    const auto& classes = classes_of(scopes);
    bool has_vendors = false;
    for (const auto* set : sets) {
        for (const auto& option : *set) {
            has_vendors = has_vendors || option.vendor.has_value();
            if (option.vendor || option.code > 255 || !admits(option.only_for, classes)) continue;
            if (option.always_send) requested_.set(option.code);
            if (option.never_send) never_.set(option.code);
        }
    }
    requested_ &= ~never_;
    for (const auto* set : sets) add_scope(*set, classes);
    drop_overruled_routes();
    if (has_vendors && !never_[vendor_options_by_enterprise])
        add_vendor_sub_options(message, {sets.data(), sets.size()}, classes);
    // An enterprise number with nothing behind it only asks for sub-options; RFC 3925 4 has no such form.
    const auto only_a_number = [](const ReplyOption& option) {
        return option.code == vendor_options_by_enterprise && option.payload.size() <= 4;
    };
    options_.erase(std::remove_if(options_.begin(), options_.end(), only_a_number), options_.end());
}

void ReplyOptions::add_scope(const OptionSet& scope, const ClassSet& classes) {
    for (const auto& option : scope) {
        if (option.vendor) break;  // sorted: only sub-options follow
        if (option.code > 255 || !requested_[option.code] || !admits(option.only_for, classes)) continue;
        if (is_per_vendor(option.code)) {
            add_vendor_instance(option);
        } else if (!given_[option.code]) {
            add(static_cast<std::uint8_t>(option.code), option.bytes);
        }
    }
}

void ReplyOptions::add_vendor_sub_options(const MessageView& message, std::span<const OptionSet* const> sets,
                                          const ClassSet& classes) {
    const VendorWishes wishes{message};
    auto enterprises = wishes.named;
    for (const auto& option : options_) {
        if (option.code != vendor_options_by_enterprise) continue;
        const auto enterprise = enterprise_of(option.payload);
        if (std::ranges::find(enterprises, enterprise) == enterprises.end())
            enterprises.push_back(enterprise);
    }
    for (const auto enterprise : enterprises) {
        const auto found = sub_options_of(enterprise, sets, classes,
                                          [&](const OptionValue& value) { return wishes.wants(value); });
        if (!found.empty()) add_vendor_data(enterprise, {found.data(), found.size()});
    }
}

/// Behind what a configured instance of this vendor has already; one that is only a number (as the text form
/// of 125 makes it) is replaced.
void ReplyOptions::add_vendor_data(std::uint32_t enterprise,
                                   std::span<const OptionValue* const> sub_options) {
    auto& bytes = composed_.emplace_front();
    VendorWriter writer{bytes, enterprise};
    for (const auto* option : sub_options) writer.add(static_cast<std::uint8_t>(option->code), option->bytes);
    const auto only_a_number = std::ranges::find_if(options_, [&](const ReplyOption& there) {
        return there.code == vendor_options_by_enterprise && there.payload.size() <= 5 &&
               enterprise_of(there.payload) == enterprise;
    });
    if (only_a_number != options_.end()) {
        only_a_number->payload = bytes;
    } else {
        add(vendor_options_by_enterprise, bytes);
    }
}

/// RFC 3925 allows several vendors side by side; a nearer scope's instance of a vendor hides a farther one's.
void ReplyOptions::add_vendor_instance(const OptionValue& option) {
    const auto same_vendor = [&](const ReplyOption& there) {
        return there.code == option.code && enterprise_of(there.payload) == enterprise_of(option.bytes);
    };
    if (std::ranges::none_of(options_, same_vendor)) {
        add(static_cast<std::uint8_t>(option.code), option.bytes);
    }
}

std::optional<std::span<const std::uint8_t>> ReplyOptions::find(std::uint8_t code) const {
    const auto found = std::ranges::find(options_, code, &ReplyOption::code);
    if (found == options_.end()) return std::nullopt;
    return found->payload;
}

void ReplyOptions::remove(std::uint8_t code) {
    const auto is_it = [code](const ReplyOption& option) { return option.code == code; };
    options_.erase(std::remove_if(options_.begin(), options_.end(), is_it), options_.end());
}

void ReplyOptions::replace(std::uint8_t code, std::vector<std::uint8_t> payload) {
    remove(code);
    add(code, composed_.emplace_front(std::move(payload)));
}

std::optional<std::vector<std::uint8_t>> ReplyOptions::vendor_data(std::uint32_t enterprise) const {
    std::optional<std::vector<std::uint8_t>> found;
    for (const auto& option : options_) {
        if (option.code != vendor_options_by_enterprise || enterprise_of(option.payload) != enterprise)
            continue;
        if (!found) found.emplace();
        for_each_vendor(option.payload, [&](std::uint32_t, std::span<const std::uint8_t> data) {
            found->insert(found->end(), data.begin(), data.end());
        });
    }
    return found;
}

void ReplyOptions::remove_vendor(std::uint32_t enterprise) {
    const auto is_it = [enterprise](const ReplyOption& option) {
        return option.code == vendor_options_by_enterprise && enterprise_of(option.payload) == enterprise;
    };
    options_.erase(std::remove_if(options_.begin(), options_.end(), is_it), options_.end());
}

void ReplyOptions::replace_vendor(std::uint32_t enterprise, std::span<const std::uint8_t> sub_options) {
    remove_vendor(enterprise);
    auto& bytes = composed_.emplace_front();
    VendorWriter writer{bytes, enterprise};
    Reader in{sub_options};
    while (const auto found = take_sub_option(in)) writer.add(found->code, found->payload);
    add(vendor_options_by_enterprise, bytes);
}

/// RFC 3442: a client that asked for classless routes and gets them must not get routers or static routes.
void ReplyOptions::drop_overruled_routes() {
    const bool asked = std::ranges::find(parameter_list_, classless_static_routes) != parameter_list_.end();
    if (!asked || !given_[classless_static_routes]) return;
    const auto overruled = [](const ReplyOption& option) {
        return option.code == option::routers || option.code == static_routes;
    };
    options_.erase(std::remove_if(options_.begin(), options_.end(), overruled), options_.end());
}

void ReplyOptions::fit(std::size_t size_max) {
    const auto size_of = [](const ReplyOption& option) { return wire_size(option.payload.size()); };
    std::size_t size = 0;
    for (const auto& option : options_) size += size_of(option);
    if (size <= size_max) return;

    std::ranges::stable_sort(options_, {},
                             [&](const ReplyOption& option) { return importance(option.code); });
    // A short option may still fit where a longer, more important one did not.
    std::size_t left = size_max;
    auto kept = options_.begin();
    for (const auto& option : options_) {
        if (size_of(option) > left) continue;
        left -= size_of(option);
        *kept++ = option;
    }
    options_.erase(kept, options_.end());
    std::ranges::stable_sort(options_, {}, &ReplyOption::code);
}

std::size_t ReplyOptions::importance(std::uint8_t code) const {
    const auto place = std::ranges::find(essential, code);
    if (place != essential.end()) return static_cast<std::size_t>(place - essential.begin());
    const auto wish = std::ranges::find(parameter_list_, code);
    if (wish != parameter_list_.end()) {
        return essential.size() + static_cast<std::size_t>(wish - parameter_list_.begin());
    }
    return essential.size() + parameter_list_.size() + code;
}

}  // namespace leasehold::v4

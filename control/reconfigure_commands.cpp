// The command by which DHCPv6 clients are made to renew (RFC 8415 18.3.11). Which clients can be: their leases say.
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <unordered_set>

#include "control/command_context.hpp"
#include "control/commands.hpp"

namespace leasehold {
namespace {

/// @param message  a word of the command table
v6::MessageType wanted_message(const std::string& message) {
    if (message == "rebind") return v6::MessageType::rebind;
    if (message == "information-request") return v6::MessageType::information_request;
    return v6::MessageType::renew;
}

/// Goes over leases, a slice in each turn of the loop, and tells the client of each that has a key.
class Walk : public std::enable_shared_from_this<Walk> {
public:
    Walk(CommandContext& context, v6::MessageType wanted, std::uint32_t subnet, Reply reply)
        : context_{context}, wanted_{wanted}, subnet_{subnet}, reply_{std::move(reply)} {}

    void look_at(const Lease& lease) {
        if (lease.state != LeaseState::assigned || (subnet_ != 0 && lease.subnet_id != subnet_)) return;
        const ClientKey client{IdentityKind::duid, lease.duid};
        if (told_.contains(client)) return;
        auto way = read_reconfigure_note(lease.user_context);
        if (!way) {
            without_.insert(client);
        } else if (context_.server.reconfigure({lease.duid, std::move(*way), wanted_})) {
            told_.insert(client);
            without_.erase(client);
        } else {
            ++refused_;
        }
    }

    void go_on() {
        after_ = context_.server.page(after_, rows_per_slice, [this](const Lease& lease) {
            look_at(lease);
            return true;
        });
        if (!after_) return finish();
        boost::asio::post(context_.loop, [self = shared_from_this()] { self->go_on(); });
    }

    void finish() {
        auto text = std::to_string(told_.size()) + " client(s) are told to send " +
                    std::string{to_string(wanted_)} + ", again until they do; status-get shows how far that is";
        if (!without_.empty())
            text += ". " + std::to_string(without_.size()) + " have leases and no key: they do not take RECONFIGURE, or "
                    "have not renewed since reconfigure-accept was switched on";
        if (refused_ != 0) text += ". " + std::to_string(refused_) + " are too many at once: repeat the command later";
        Answer answer = success(std::move(text), {{"told", told_.size()}, {"without-key", without_.size()}, {"refused", refused_}});
        if (told_.empty()) answer.result = refused_ != 0 ? ResultCode::error : ResultCode::empty;
        reply_(std::move(answer));
    }

private:
    CommandContext& context_;
    v6::MessageType wanted_;
    std::uint32_t subnet_;
    Reply reply_;
    std::optional<Prefix> after_;
    std::unordered_set<ClientKey> told_, without_;
    std::uint64_t refused_ = 0;
};

}  // namespace

void reconfigure6(CommandContext& context, const Arguments& arguments, Reply reply) {
    if (context.server.config()->reconfigure_keys == nullptr)
        return reply(failure("reconfigure-accept is false in the configuration: no client has a key by which it would know "
                             "the message; set it to true, and clients get theirs as they renew"));
    const auto wanted = wanted_message(arguments.text("message").value_or("renew"));
    const auto duid = arguments.text("duid");
    const auto subnet = arguments.integer("subnet-id");
    const bool all = arguments.boolean("all").value_or(false);
    if (int{duid.has_value()} + int{subnet.has_value()} + int{all} != 1)
        return reply(failure("one of 'duid', 'subnet-id' and 'all' is needed: whom to tell"));
    const auto octets = parse_hex(duid.value_or(""));
    if (duid && (!octets || octets->empty()))
        return reply(failure("'duid' must be octets in hexadecimal, such as 00:03:00:01:1a:2b:3c:4d:5e:6f, not '" + *duid + "'"));
    const auto walk =
        std::make_shared<Walk>(context, wanted, static_cast<std::uint32_t>(subnet.value_or(0)), std::move(reply));
    if (!duid) return walk->go_on();
    for (const auto& lease : context.server.by_client_id(view(*octets))) walk->look_at(lease);
    walk->finish();
}

}  // namespace leasehold

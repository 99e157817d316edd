// Commands that change one lease, or the leases of subnets. What they change is durable before they answer, as
// with a client's packet; where the lease database is away, its on-fail decides (docs/recovery.md).
#include <boost/asio/post.hpp>
#include <utility>

#include "control/command_context.hpp"
#include "control/command_table.hpp"
#include "control/commands.hpp"
#include "control/family_names.hpp"
#include "control/lease_arguments.hpp"
#include "control/lease_edits.hpp"
#include "control/lease_selection.hpp"
#include "dhcp/lease_wipe.hpp"
#include "dhcp/log.hpp"

namespace leasehold {
namespace {

void log_edit(Family family, const Lease& lease, std::string_view what, std::string_view command) {
    log(in_family(MessageId::DHCP4_LEASE_EDITED, family), {{"lease", to_string(lease.address)},
                                                           {"subnet", lease.subnet_id},
                                                           {"what", what},
                                                           {"command", command}});
}

void put_lease(CommandContext& context, const Arguments& arguments, EditKind kind, std::string_view of_v4,
               const Reply& reply) {
    auto lease = read_lease(arguments, *context.server.config(), context.server.now());
    if (!lease) {
        Answer answer = failure(std::move(lease.error().text));
        answer.result = lease.error().result;
        return reply(std::move(answer));
    }
    const auto told = [family = context.family, kind, reply, lease = *lease,
                       command = command_name(context.family, of_v4)](const EditResult& result) {
        auto answer = edit_answer(family, kind, lease, result);
        const bool added = !result.before;
        if (result.outcome == EditOutcome::applied) log_edit(family, lease, added ? "added" : "changed", command);
        reply(std::move(answer));
    };
    context.server.edit({.kind = kind, .lease = std::move(*lease)}, told);
}

/// A row that came there meanwhile is not the one that was looked up.
std::function<bool(const Lease&)> same_lease(const LeaseSelection& selection, bool by_client) {
    if (!by_client) return [kind = selection.kind](const Lease& row) { return row.kind == kind; };
    return [wanted = *selection.lease](const Lease& row) {
        return row.kind == wanted.kind && row.subnet_id == wanted.subnet_id && same_holder(row, wanted);
    };
}

std::optional<LeaseEdit> removal(const Arguments& arguments, const LeaseSelection& selection) {
    if (!selection.lease && !selection.key) return std::nullopt;
    LeaseEdit edit{.kind = EditKind::remove, .lease = {}};
    edit.lease.address = selection.lease ? selection.lease->address : *selection.key;
    edit.lease.kind = selection.kind;
    edit.means = same_lease(selection, !arguments.text("ip-address"));
    return edit;
}

std::string joined(const std::vector<std::uint32_t>& ids) {
    std::string text;
    for (const auto id : ids) text += (text.empty() ? "" : " ") + std::to_string(id);
    return text;
}

Answer wipe_answer(const CommandContext& context, const std::vector<std::uint32_t>& subnets,
                   const LeaseWipe::Result& result) {
    Answer answer = success("Deleted " + std::to_string(result.deleted) + " " + ip(context) +
                            " lease(s) from subnet(s) " + joined(subnets));
    if (result.deleted == 0) answer.result = ResultCode::empty;
    if (result.left == 0) return answer;
    answer.result = ResultCode::error;
    answer.text += "; not all of them could be: " + result.problem;
    return answer;
}

}  // namespace

void lease_add(CommandContext& context, const Arguments& arguments, Reply reply) {
    put_lease(context, arguments, EditKind::add, "lease4-add", reply);
}

void lease_update(CommandContext& context, const Arguments& arguments, Reply reply) {
    const bool creates = arguments.boolean("force-create").value_or(false);
    put_lease(context, arguments, creates ? EditKind::put : EditKind::update, "lease4-update", reply);
}

Result<std::optional<LeaseEdit>, std::string> read_removal(const CommandContext& context, const Arguments& arguments) {
    const auto selection = select_lease(context, arguments);
    if (!selection) return std::unexpected(selection.error());
    auto edit = removal(arguments, *selection);
    if (!edit && !context.server.status().backend.complete)
        return std::unexpected("the leases are still being loaded: name it by its whole address, or try again later");
    return edit;
}

void lease_del(CommandContext& context, const Arguments& arguments, Reply reply) {
    auto edit = read_removal(context, arguments);
    if (!edit) return reply(failure(std::move(edit.error())));
    if (!*edit) return reply(nothing_found(ip(context) + " lease not found."));
    const bool wants_dns = arguments.boolean("update-ddns").value_or(false);
    const auto told = [&context, wants_dns, lease = (*edit)->lease, reply](const EditResult& result) {
        auto answer = edit_answer(context.family, EditKind::remove, lease, result);
        if (result.outcome == EditOutcome::applied) {
            log_edit(context.family, *result.before, "deleted", command_name(context.family, "lease4-del"));
            const bool in_dns = result.before->fqdn_fwd || result.before->fqdn_rev;
            if (wants_dns && in_dns) answer.text += " Its names stay in the DNS: this version sends no updates.";
        }
        reply(std::move(answer));
    };
    context.server.edit(std::move(**edit), told);
}

void lease_wipe(CommandContext& context, const Arguments& arguments, Reply reply) {
    std::vector<std::uint32_t> subnets;
    if (const auto id = arguments.integer("subnet-id").value_or(0); id != 0)
        subnets.push_back(static_cast<std::uint32_t>(id));
    else
        for (const auto& subnet : context.server.config()->subnets) subnets.push_back(subnet.id);
    if (!context.server.status().backend.complete)
        return reply(failure("the leases are still being loaded: try again later"));
    Server& server = context.server;
    LeaseWipe::Sources sources{
        .page = [&server](std::optional<Prefix> after, std::size_t limit,
                          const std::function<bool(const Lease&)>& visit) { return server.page(after, limit, visit); },
        .edit = [&server](LeaseEdit edit, EditDone done) { server.edit(std::move(edit), std::move(done)); },
        .post = [&loop = context.loop](std::function<void()> run) { boost::asio::post(loop, std::move(run)); }};
    const auto told = [&context, subnets, reply = std::move(reply)](const LeaseWipe::Result& result) {
        if (result.deleted != 0)
            log(in_family(MessageId::DHCP4_LEASES_WIPED, context.family),
                {{"count", result.deleted},
                 {"command", command_name(context.family, "lease4-wipe")},
                 {"subnets", joined(subnets)}});
        reply(wipe_answer(context, subnets, result));
    };
    std::make_shared<LeaseWipe>(std::move(sources), subnets, told)->start();
}

// Whether a name goes into the DNS is found out as for Kea's daemon of it; none is sent yet.
void lease_resend_ddns(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto text = *arguments.text("ip-address");
    const auto address = read_address(context.family, text);
    if (!address) return reply(failure("'ip-address' is no " + ip(context) + " address: '" + text + "'"));
    const auto conflict = [&](std::string why) {
        Answer answer = failure(std::move(why));
        answer.result = ResultCode::conflict;
        reply(std::move(answer));
    };
    if (!context.server.config()->dhcp_ddns.enable_updates) return conflict("DDNS updating is not enabled");
    const auto lease = context.server.find({*address, 128});
    if (!lease) return reply(nothing_found("No lease found for: " + text));
    if (lease->hostname.empty())
        return conflict("Lease for: " + text + ", has no hostname, nothing to update");
    if (!lease->fqdn_fwd && !lease->fqdn_rev)
        return conflict("Neither forward nor reverse updates enabled for lease for: " + text);
    reply(failure("No update is sent for: " + text + ", hostname: " + lease->hostname +
                  ": this version does not speak to a DDNS daemon yet"));
}

void lfc_start(CommandContext& context, const Arguments&, Reply reply) {
    const auto type = context.server.status().backend_type;
    if (type == BackendType::sqlite)
        return reply(success("There is nothing to clean up: leases are in an SQLite database, which uses the space "
                             "of old rows again by itself."));
    Answer answer = failure(type == BackendType::memory
                                ? "'persist' is false: there is no lease file to clean up."
                                : "The leases are in a database server: there is no lease file to clean up.");
    answer.result = ResultCode::unsupported;
    reply(std::move(answer));
}

}  // namespace leasehold

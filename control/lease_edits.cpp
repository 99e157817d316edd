#include "control/lease_edits.hpp"

#include "control/family_names.hpp"
#include "control/lease_arguments.hpp"

namespace leasehold {
namespace {

std::string applied_text(std::string_view ip, EditKind kind, const Lease& lease, bool was_there) {
    const auto lease_of = std::string{ip} + " lease ";
    switch (kind) {
        case EditKind::add:
            return "Lease for " + lease_words(lease) + ", subnet-id " + std::to_string(lease.subnet_id) + " added.";
        case EditKind::update:
        case EditKind::put: return lease_of + (was_there ? "updated." : "added.");
        case EditKind::remove: break;
    }
    return lease_of + "deleted.";
}

std::string missing_text(std::string_view ip, EditKind kind, const Lease& lease) {
    if (kind == EditKind::remove) return std::string{ip} + " lease not found.";
    return "failed to update the lease with address " + to_string(lease.address.address) +
           " either because the lease has been deleted or it has changed in the database, in both cases a retry "
           "might succeed";
}

std::string_view participle(EditKind kind) {
    switch (kind) {
        case EditKind::add: return "added";
        case EditKind::update:
        case EditKind::put: return "updated";
        case EditKind::remove: break;
    }
    return "deleted";
}

}  // namespace

Answer edit_answer(Family family, EditKind kind, const Lease& lease, const EditResult& result) {
    const auto ip = names_of(family).ip;
    const auto refused = [](ResultCode code, std::string text) {
        Answer answer = failure(std::move(text));
        answer.result = code;
        return answer;
    };
    switch (result.outcome) {
        case EditOutcome::applied: return success(applied_text(ip, kind, lease, result.before.has_value()));
        case EditOutcome::exists: return refused(ResultCode::conflict, std::string{ip} + " lease already exists.");
        case EditOutcome::missing:
            return refused(kind == EditKind::remove ? ResultCode::empty : ResultCode::conflict,
                           missing_text(ip, kind, lease));
        case EditOutcome::busy:
            return refused(ResultCode::conflict, "ResourceBusy: IP address:" + to_string(lease.address.address) +
                                                     " could not be " + std::string{participle(kind)} + ".");
        case EditOutcome::rejected:
            return refused(ResultCode::error, "the lease database does not take the lease of " +
                                                  to_string(lease.address) + ": " + result.detail);
        case EditOutcome::unavailable: break;
    }
    return refused(ResultCode::error, "no current lease manager is available: " + result.detail);
}

}  // namespace leasehold

// lease6-bulk-apply: many leases in one command, as a partner sends them. Everything is read before anything is
// done; then leases are removed, and when all that is durable the others are put. Some at a time: the store takes
// them in groups, and its clients' changes have room beside them.
#include <boost/asio/post.hpp>
#include <utility>

#include "control/command_context.hpp"
#include "control/command_table.hpp"
#include "control/commands.hpp"
#include "control/lease_arguments.hpp"
#include "control/lease_edits.hpp"
#include "control/lease_json.hpp"

namespace leasehold {
namespace {

constexpr std::size_t bulk_in_flight_max = 256;
constexpr std::size_t bulk_entries_per_turn = 128;  // read in one turn of the loop

struct BulkList {
    std::string_view argument;   // of the command
    std::string_view like;       // the command whose arguments an entry has
    std::string_view failed;     // of the answer
};
constexpr BulkList bulk_removals{"deleted-leases", "lease6-del", "failed-deleted-leases"};
constexpr BulkList bulk_puts{"leases", "lease6-add", "failed-leases"};

class BulkApply : public std::enable_shared_from_this<BulkApply> {
public:
    BulkApply(CommandContext& context, Arguments arguments, Reply reply)
        : context_{context}, arguments_{std::move(arguments)}, reply_{std::move(reply)} {}

    void start() {
        if (entries(bulk_removals) == nullptr && entries(bulk_puts) == nullptr)
            return reply_(failure("neither 'deleted-leases' nor 'leases' is given: lists of leases to be removed and "
                                  "to be added or updated"));
        read_some();
    }

private:
    const config::Value::List* entries(const BulkList& list) const {
        const auto* const value = arguments_.find(list.argument);
        return value == nullptr ? nullptr : &std::get<config::Value::List>(value->data);
    }

    // --- reading
    void read_some() {
        for (std::size_t count = 0; count < bulk_entries_per_turn; ++count) {
            const BulkList& list = reading_puts_ ? bulk_puts : bulk_removals;
            const auto* const from = entries(list);
            if (from == nullptr || next_ == from->size()) {
                next_ = 0;
                if (reading_puts_) return apply();
                reading_puts_ = true;
                continue;
            }
            if (auto refusal = read_entry(list, (*from)[next_])) {
                Answer answer = failure(std::string{list.argument} + "[" + std::to_string(next_) +
                                        "]: " + refusal->text + "; nothing was done");
                answer.result = refusal->result;
                return reply_(std::move(answer));
            }
            ++next_;
        }
        boost::asio::post(context_.loop, [self = shared_from_this()] { self->read_some(); });
    }

    std::optional<LeaseRefusal> read_entry(const BulkList& list, const config::Value& entry) {
        if (!entry.is_map())
            return LeaseRefusal{.text = "a lease is a map, not " + a_value_of_type(entry.type_name())};
        const Arguments arguments{std::make_shared<const config::Value>(entry)};
        if (auto wrong = check_arguments(*find_command(list.like, Family::v6), arguments, Family::v6))
            return LeaseRefusal{.text = std::move(*wrong)};
        return reading_puts_ ? read_put(arguments) : read_one_removal(arguments);
    }
    std::optional<LeaseRefusal> read_put(const Arguments& arguments) {
        auto lease = read_lease(arguments, *context_.server.config(), context_.server.now());
        if (!lease) return std::move(lease.error());
        puts_.push_back({.kind = EditKind::put, .lease = std::move(*lease)});
        return {};
    }
    std::optional<LeaseRefusal> read_one_removal(const Arguments& arguments) {
        auto edit = read_removal(context_, arguments);
        if (!edit) return LeaseRefusal{.text = std::move(edit.error())};
        if (*edit) {
            removals_.push_back(std::move(**edit));
        } else {
            Lease unknown;
            unknown.kind = arguments.text("type").value_or("IA_NA") == "IA_PD" ? LeaseKind::pd : LeaseKind::na;
            note_failure(bulk_removals, unknown, nothing_found("lease not found"), arguments.text("ip-address"));
        }
        return {};
    }

    // --- applying
    void apply() {
        auto& edits = applying_puts_ ? puts_ : removals_;
        for (std::size_t count = 0; count < bulk_in_flight_max; ++count) {
            if (next_ == edits.size() || in_flight_ == bulk_in_flight_max) break;
            ++in_flight_;
            LeaseEdit& edit = edits[next_++];
            context_.server.edit(edit, [self = shared_from_this(), list = applying_puts_ ? &bulk_puts : &bulk_removals,
                                        kind = edit.kind, lease = edit.lease](const EditResult& result) {
                self->on_edit(*list, kind, lease, result);
            });
        }
        if (next_ != edits.size() || in_flight_ != 0 || posted_) return;  // answers bring the next turn
        next_ = 0;
        if (!std::exchange(applying_puts_, true)) return apply();
        if (!std::exchange(answered_, true)) finish();
    }

    void on_edit(const BulkList& list, EditKind kind, const Lease& lease, const EditResult& result) {
        --in_flight_;
        if (result.outcome == EditOutcome::applied) {
            ++applied_;
        } else {
            Answer answer = edit_answer(context_.family, kind, lease, result);
            if (result.outcome == EditOutcome::missing) answer.text = "lease not found";
            note_failure(list, lease, answer, to_string(lease.address.address));
        }
        if (posted_) return;
        posted_ = true;  // it may have been answered at once, from within apply()
        boost::asio::post(context_.loop, [self = shared_from_this()] {
            self->posted_ = false;
            self->apply();
        });
    }

    void note_failure(const BulkList& list, const Lease& lease, const Answer& why,
                      const std::optional<std::string>& address) {
        nlohmann::json entry{{"type", lease_type_name(lease.kind)},
                             {"result", static_cast<std::int32_t>(why.result)},
                             {"error-message", why.text}};
        if (address) entry["ip-address"] = *address;
        if (lease.subnet_id != 0) entry["subnet-id"] = lease.subnet_id;
        failed_[std::string{list.failed}].push_back(std::move(entry));
    }

    void finish() {
        Answer answer = success("Bulk apply of " + std::to_string(applied_) + " IPv6 leases completed.");
        if (applied_ == 0) answer.result = ResultCode::empty;
        if (!failed_.empty()) answer.arguments = std::move(failed_);
        reply_(std::move(answer));
    }

    CommandContext& context_;
    const Arguments arguments_;
    const Reply reply_;
    std::vector<LeaseEdit> removals_, puts_;
    std::size_t next_ = 0;  // entry to be read, or edit to be made
    bool reading_puts_ = false, applying_puts_ = false, posted_ = false, answered_ = false;
    std::size_t in_flight_ = 0;
    std::uint64_t applied_ = 0;
    nlohmann::json failed_ = nlohmann::json::object();
};

}  // namespace

void lease_bulk_apply(CommandContext& context, const Arguments& arguments, Reply reply) {
    std::make_shared<BulkApply>(context, arguments, std::move(reply))->start();
}

}  // namespace leasehold

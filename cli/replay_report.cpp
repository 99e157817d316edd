// See the header. What comes from the wire is shown without what could steer a terminal.
#include "cli/replay_report.hpp"

#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/plain_text.hpp"

namespace leasehold {

void ReplayReport::turn(const rehearsal::Turn& turn) {
    const bool same = turn.differences.empty();
    if (json_) {
        nlohmann::json differences = nlohmann::json::array();
        for (const auto& one : turn.differences)
            differences.push_back({{"what", one.what}, {"ours", one.ours}, {"theirs", one.theirs}});
        nlohmann::json said{{"packet", turn.packet}, {"client", turn.client}, {"message", turn.message},
                            {"same", same},          {"ours", turn.ours},     {"theirs", turn.theirs},
                            {"differences", std::move(differences)}};
        if (!turn.why.empty()) said["why"] = turn.why;
        if (turn.answered_in) said["answered-in"] = *turn.answered_in;
        out_ << said.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) << "\n";
        return;
    }
    if (same && !all_) return;
    out_ << "packet " << turn.packet << "  " << plain_text(turn.client) << "  "
         << (turn.message.empty() ? "unreadable" : turn.message) << ": ";
    if (same) {
        out_ << "same, " << turn.ours;
        if (!turn.why.empty()) out_ << " (" << plain_text(turn.why) << ")";
        out_ << "\n";
        return;
    }
    out_ << "differs\n    here     " << turn.ours;
    if (!turn.why.empty()) out_ << " (" << plain_text(turn.why) << ")";
    out_ << "\n    capture  " << turn.theirs;
    if (turn.answered_in) out_ << " (packet " << *turn.answered_in << ")";
    out_ << "\n";
    for (const auto& one : turn.differences)
        out_ << "      " << one.what << ": " << plain_text(one.ours) << " here, " << plain_text(one.theirs)
             << " in the capture\n";
}

void ReplayReport::summary(const rehearsal::ReplaySummary& summary, const rehearsal::CaptureFile& capture,
                           const rehearsal::LoadedLeases& leases) {
    if (json_) {
        const nlohmann::json said{{"messages", summary.messages},  {"same", summary.same},
                                  {"different", summary.different}, {"answers", summary.answers},
                                  {"copies", summary.repeated},    {"others", summary.others},
                                  {"fragments", capture.fragments}, {"damaged", capture.damaged},
                                  {"leases", leases.count},        {"differences", summary.by_what}};
        out_ << nlohmann::json{{"summary", said}}.dump() << "\n";
        return;
    }
    out_ << summary.messages << " message(s) of clients: " << summary.same << " answered the same, "
         << summary.different << " differently";
    if (leases.count != 0) out_ << "; begun with " << leases.count << " lease(s) of " << leases.from;
    out_ << "\n";
    for (const auto& [what, count] : summary.by_what) out_ << "    " << what << ": " << count << "\n";
    const auto mention = [this](std::size_t count, const char* what) {
        if (count != 0) out_ << "    (" << count << " " << what << ")\n";
    };
    mention(summary.repeated, "copies of messages were passed over: the capture has them twice");
    mention(summary.others, "packets of DHCP are neither of a client nor of a server of this family");
    mention(capture.fragments, "IP datagrams came in pieces and were not read");
    mention(capture.damaged, "packets are damaged and were not read");
    if (leases.unreadable != 0) mention(leases.unreadable, "leases cannot be read");
    if (summary.answers == 0 && summary.messages != 0)
        out_ << "    The capture holds no server's answers: capture where they pass, or look at single messages with "
                "leasehold explain --packet\n";
}

}  // namespace leasehold

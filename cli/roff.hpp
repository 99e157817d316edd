// Writes the `man` macros that groff and mandoc read. Knows nothing of what it says.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace leasehold {

/// Texts are UTF-8, of which characters outside ASCII become escapes; what stands in `backquotes` is set bold. No text can
/// become a macro.
class RoffPage {
public:
    /// @param date  "2026-11-29"
    RoffPage(std::string_view title, int section, std::string_view date, std::string_view source);

    void section(std::string_view title);
    void subsection(std::string_view title);
    void paragraph(std::string_view text);
    /// A line of a synopsis, or a term with its text.
    void synopsis(std::string_view command, std::string_view rest);
    void item(std::string_view term, std::string_view text);
    /// As it stands, lines and all.
    void example(std::string_view text);
    const std::string& text() const { return text_; }

private:
    void begin_paragraph();
    void running_text(std::string_view text);

    std::string text_;
    std::size_t headed_ = 0;  // where the text behind the last heading begins
};

}  // namespace leasehold

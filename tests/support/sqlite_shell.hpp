// A second connection to a SQLite file, as an operator's shell or another program would have.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

namespace leasehold::testing_support {

class SqliteShell {
public:
    explicit SqliteShell(const std::string& file) {
        if (sqlite3_open(file.c_str(), &database_) != SQLITE_OK) ADD_FAILURE() << sqlite3_errmsg(database_);
    }
    ~SqliteShell() { sqlite3_close(database_); }
    SqliteShell(const SqliteShell&) = delete;
    SqliteShell& operator=(const SqliteShell&) = delete;

    void run(const std::string& sql) {
        if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
            ADD_FAILURE() << sqlite3_errmsg(database_) << " in " << sql;
    }
    /// The first row, its columns joined by '|'.
    std::string ask(const std::string& sql) {
        std::string answer;
        const auto first_row = [](void* into, int columns, char** values, char**) {
            auto& text = *static_cast<std::string*>(into);
            if (!text.empty()) return 0;
            for (int i = 0; i < columns; ++i)
                text += (i == 0 ? "" : "|") + std::string{values[i] == nullptr ? "NULL" : values[i]};
            return 0;
        };
        if (sqlite3_exec(database_, sql.c_str(), first_row, &answer, nullptr) != SQLITE_OK)
            ADD_FAILURE() << sqlite3_errmsg(database_) << " in " << sql;
        return answer;
    }

private:
    sqlite3* database_ = nullptr;
};

}  // namespace leasehold::testing_support

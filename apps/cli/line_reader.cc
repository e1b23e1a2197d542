#include "apps/cli/line_reader.h"

#include <histedit.h>

#include <clocale>
#include <cstdio>
#include <utility>

#include "apps/cli/word_completion.h"

namespace florin::cli {

namespace {

constexpr int kHistorySize = 1000;

void ListWords(const std::vector<std::string>& words) {
  std::fputc('\n', stdout);
  for (const auto& word : words) {
    std::fprintf(stdout, "%s  ", word.c_str());
  }
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

}  // namespace

class LineReader::Editor {
 public:
  Editor(std::string prompt, std::string history_file, Completer completer)
      : prompt_(std::move(prompt)),
        history_file_(std::move(history_file)),
        completer_(std::move(completer)),
        history_(history_init()),
        edit_(el_init("florin", stdin, stdout, stderr)) {
    HistEvent event;
    history(history_, &event, H_SETSIZE, kHistorySize);
    history(history_, &event, H_SETUNIQUE, 1);
    if (!history_file_.empty()) {
      history(history_, &event, H_LOAD, history_file_.c_str());
    }
    el_set(edit_, EL_CLIENTDATA, this);
    el_set(edit_, EL_PROMPT, &Prompt);
    el_set(edit_, EL_HIST, history, history_);
    el_set(edit_, EL_EDITOR, "emacs");
    el_set(edit_, EL_ADDFN, "florin-complete", "Complete the word", &Complete);
    el_set(edit_, EL_ADDFN, "florin-cancel", "Give up the line", &Cancel);
    el_set(edit_, EL_BIND, "^I", "florin-complete", nullptr);
    // While a line is edited Ctrl-C is a key like others, so that no signal ends
    // the program in the middle of it.
    el_set(edit_, EL_SETTY, "-d", "-isig", nullptr);
    el_set(edit_, EL_BIND, "^C", "florin-cancel", nullptr);
  }

  ~Editor() {
    el_end(edit_);
    history_end(history_);
  }
  Editor(const Editor&) = delete;
  Editor& operator=(const Editor&) = delete;

  std::optional<std::string> Read() {
    cancelled_ = false;
    int length = 0;
    const char* text = el_gets(edit_, &length);
    if (cancelled_) {
      return "";
    }
    if (text == nullptr || length <= 0) {
      return std::nullopt;
    }
    std::string line(text, static_cast<std::size_t>(length));
    line.erase(line.find_last_not_of("\r\n") + 1);
    Remember(line);
    return line;
  }

 private:
  static Editor* Of(EditLine* edit) {
    void* data = nullptr;
    el_get(edit, EL_CLIENTDATA, &data);
    return static_cast<Editor*>(data);
  }

  static char* Prompt(EditLine* edit) { return Of(edit)->prompt_.data(); }

  static unsigned char Cancel(EditLine* edit, int /*key*/) {
    Of(edit)->cancelled_ = true;
    std::fputs("^C\n", stdout);
    return CC_EOF;
  }

  static unsigned char Complete(EditLine* edit, int /*key*/) {
    const LineInfo* info = el_line(edit);
    const std::string text(info->buffer, info->cursor);
    const auto words = Of(edit)->completer_(text);
    if (words.empty()) {
      return CC_REFRESH_BEEP;
    }
    const std::size_t typed = text.size() - (text.find_last_of(" \t") + 1);
    std::string more = CommonPrefix(words).substr(typed);
    if (words.size() == 1) {
      more += ' ';
    }
    if (!more.empty()) {
      return el_insertstr(edit, more.c_str()) == 0 ? CC_REFRESH : CC_REFRESH_BEEP;
    }
    ListWords(words);
    return CC_REDISPLAY;
  }

  void Remember(const std::string& line) {
    if (line.find_first_not_of(" \t") == std::string::npos) {
      return;
    }
    HistEvent event;
    history(history_, &event, H_ENTER, line.c_str());
    // At once: what comes next may end the program.
    if (!history_file_.empty()) {
      history(history_, &event, H_SAVE, history_file_.c_str());
    }
  }

  std::string prompt_;
  const std::string history_file_;
  const Completer completer_;
  History* const history_;
  EditLine* const edit_;
  bool cancelled_ = false;
};

LineReader::LineReader(std::string prompt, std::string history_file, Completer completer) {
  // libedit reads characters of the locale's encoding.
  std::setlocale(LC_CTYPE, "");
  editor_ =
      std::make_unique<Editor>(std::move(prompt), std::move(history_file), std::move(completer));
}

LineReader::~LineReader() = default;

std::optional<std::string> LineReader::Read() { return editor_->Read(); }

}  // namespace florin::cli

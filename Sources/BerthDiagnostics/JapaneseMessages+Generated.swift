// Made by scripts/embed-explain-pages.py from docs/messages/ja.txt; change the messages there.
// swift-format-ignore-file

enum JapaneseMessages {
    static let source = #"""
# Japanese for the short messages of the diagnostics: English, then Japanese below it; `{}` stands for a value, in order
# (`{1}`, `{2}` … where the order differs). A value that is a message itself is translated too. First match wins.

{}; line {} hides that behind {}
{1}。{2} 行目の例外がそれを隠しています: {3}
{} imports `{}`, which is not in the environment; `{}` is
{1} がインポートする `{2}` は環境にありません (`{3}` ならあります)
{} imports `{}`, which is not in the environment
{1} がインポートする `{2}` は環境にありません
{} imports `{}`, which needs `{}`, which is not in the environment
{1} がインポートする `{2}` には `{3}` が必要ですが、環境にありません
{} imports `{}`, which lies in `{}` beside the code folder `{}`: only the code folder is deployed
{1} がインポートする `{2}` はコードフォルダー `{4}` の隣の `{3}` にあります。デプロイされるのはコードフォルダーだけです
{} imports `{}`, which lies in `{}`, where Python does not look
{1} がインポートする `{2}` は `{3}` にあり、Python はそこを探しません
{} imports from `{}`, which is the code folder itself: Python looks inside it (`{}`)
{1} は `{2}` からインポートしていますが、`{2}` はコードフォルダー自身です。Python はその中を探します (`{3}`)
{} imports `{}`, but the package {} is imported as `{}`
{1} は `{2}` をインポートしていますが、パッケージ {3} のインポート名は `{4}` です
{} imports relative to a package (`{}`), and {} is in none
{1} は相対インポート (`{2}`) ですが、{3} はパッケージの中にありません
{} imports `{}`, which {} has had no longer since {}; {} is installed
{1} がインポートする `{2}` は {3} の {4} でなくなりました (インストール済み: {5})
{} imports `{}`, which {} was the last to have; this is Python {}
{1} がインポートする `{2}` は {3} を最後に廃止されました (実行中は Python {4})
{} imports `{}`, which Python has from {} on; this is Python {}
{1} がインポートする `{2}` は Python {3} 以降にしかありません (実行中は Python {4})
{} imports `{}`, which {} does not have; it has `{}`
{1} がインポートする `{2}` は {3} にありません (`{4}` ならあります)
{} imports `{}`, which {} does not have
{1} がインポートする `{2}` は {3} にありません
{} imports `{}` from `{}`, and {} has no such name; it has `{}`
{1} が `{3}` からインポートする `{2}` は {4} にありません (`{5}` ならあります)
{} imports `{}` from `{}`, and {} has no such name
{1} が `{3}` からインポートする `{2}` は {4} にありません
{} imports {}, which is not written for Python {}: {} is not valid there
{1} がインポートする {2} は Python {3} に対応していません ({4} が文法エラーになります)
{} imports `{}` from `{}`, which is gone since {}; {} is installed
{1} が `{3}` からインポートする `{2}` は {4} で廃止されました (インストール済み: {5})
{} uses `{}`, which is gone since {}; {} is installed
{1} が使う `{2}` は {3} で廃止されました (インストール済み: {4})
{} uses `{}`, which is gone since {}
{1} が使う `{2}` は {3} で廃止されました
{} calls `{}`, which uses `{}`, which is gone since {}; {} is installed
{1} が呼び出す `{2}` は `{3}` を使いますが、それは {4} で廃止されました (インストール済み: {5})
{} gives `{}` the argument `{}`, which is gone since {}; {} is installed
{1} が `{2}` に渡す引数 `{3}` は {4} で廃止されました (インストール済み: {5})
{} gives `{}` the argument `{}`, which {} does not have there; it has `{}`
{1} が `{2}` に渡す引数 `{3}` は {4} にはありません (`{5}` ならあります)
{} gives `{}` the argument `{}`, which {} does not have there
{1} が `{2}` に渡す引数 `{3}` は {4} にはありません
{} gives `{}` the argument `{}`, which it does not have; it has `{}`
{1} が `{2}` に渡す引数 `{3}` はありません (`{4}` ならあります)
{} gives `{}` the argument `{}`, which it does not have
{1} が `{2}` に渡す引数 `{3}` はありません
{} asks {} for `{}`, which it does not have{}
{1} が {2} から取り出す `{3}` はありません{4}
{} asks `{}` for `{}`, as of a request, and without @rawhttp run() gets the text of the body
{1} は `{2}` を要求オブジェクトとして `{3}` を使っていますが、@rawhttp がないと run() が受け取るのは本文の文字列です
{} needs the package `{}` for this call of `{}`, and it is not in the environment
{1} の `{3}` の呼び出しにはパッケージ `{2}` が必要ですが、環境にありません
{} needs the environment variable `{}`, which is not set; `{}` is
{1} に必要な環境変数 `{2}` が設定されていません (`{3}` なら設定されています)
{} needs the environment variable `{}`, which is not set
{1} に必要な環境変数 `{2}` が設定されていません
{} cannot use the value of the environment variable `{}`: {}
{1} は環境変数 `{2}` の値を解釈できません: {3}
{} needs `{}` of `{}` while `{}` is itself being imported: the two modules import one another
{1} は `{3}` の `{2}` を必要としますが、`{4}` はまだインポート中です。二つのモジュールが互いにインポートしています
{} needs `{}`, and this Python {} was built without it
{1} に必要な `{2}` は、この Python {3} には組み込まれていません
{} needs a CUDA device, and this instance has none
{1} には CUDA デバイスが必要ですが、このインスタンスにはありません
{} has no function `{}` at its top level; {} defines it inside `{}`
{1} のトップレベルに関数 `{2}` がありません。{3} で `{4}` の中に定義されています
{} has no function `{}`; line {} defines `{}`
{1} に関数 `{2}` がありません。{3} 行目に `{4}` が定義されています
{} has no function `{}`: the file is empty
{1} に関数 `{2}` がありません。ファイルが空です
{} has no function `{}`
{1} に関数 `{2}` がありません
`{}` in {} is not a function
{2} の `{1}` は関数ではありません
init() is called without arguments, and {} requires `{}`
init() は引数なしで呼ばれますが、{1} は `{2}` を要求しています
run() is called with the request's data alone, and {} requires `{}`
run() は要求データだけで呼ばれますが、{1} は `{2}` を要求しています
run() is called with the request's data, and {} takes no parameter for it
run() は要求データを渡して呼ばれますが、{1} にはそれを受け取る引数がありません
run() is called by the names of its parameters, and {} has `*args`, `**kwargs` or positional-only ones
run() は引数名で呼ばれますが、{1} は `*args`、`**kwargs` または位置専用引数を使っています
the scoring script `{}` is not in the code folder `{}`; there is `{}`
スコアリングスクリプト `{1}` がコードフォルダー `{2}` にありません (`{3}` ならあります)
the scoring script `{}` is not in the code folder{}
スコアリングスクリプト `{1}` がコードフォルダーにありません{2}
{} is not valid Python: {}
{1} は Python の文法として正しくありません: {2}
{} is not indented as Python needs it: {}
{1} のインデントが正しくありません: {2}
{} mixes tabs and spaces in its indentation
{1} のインデントにタブと空白が混ざっています
{} is Python 2 ({}), and the deployment runs Python {}
{1} は Python 2 の書き方 ({2}) ですが、デプロイは Python {3} で動きます
{} uses {}, which Python has from {} on; the deployment runs Python {}
{1} が使う {2} は Python {3} 以降の機能です。デプロイは Python {4} で動きます
{} is a mark that an unfinished merge left behind (`{}`)
{1} に、終わっていないマージの印が残っています (`{2}`)
{} is a notebook command (`{}`), which only a notebook understands
{1} はノートブック専用のコマンドです (`{2}`)
{} begins with a prompt that was copied along
{1} の先頭にプロンプトが一緒にコピーされています
{} has the typographic sign `{}` where Python needs a plain one
{1} に Python では使えない記号 `{2}` (全角・飾り文字) があります
{} has an invisible sign ({}) where Python needs a plain one, as text from a web page has
{1} に Python では使えない見えない文字 ({2}) があります。Web ページからのコピーに多い文字です
{} has a backslash in a text that Python takes for an escape, as in a Windows path
{1} の文字列に、エスケープと解釈されるバックスラッシュがあります (Windows のパスなど)
{} declares `{}` global after the function has used it
{1} は、関数が `{2}` を使った後で global を宣言しています
{} is not UTF-8 text: {}
{1} は UTF-8 のテキストではありません: {2}
{} is {}, not Python source
{1} は Python のソースではなく{2}です
{} parses command-line arguments when it is imported, which ends the worker: a deployment has none
{1} はインポート時にコマンドライン引数を解析し、ワーカーを終了させます。デプロイに引数はありません
{} parses command-line arguments in init(), which ends the worker: a deployment has none
{1} は init() でコマンドライン引数を解析し、ワーカーを終了させます。デプロイに引数はありません
{} runs a server of its own when the script is imported, which never returns
{1} はスクリプトのインポート時に独自のサーバーを起動し、戻ってきません
{} starts a server of its own, and its port is taken
{1} は独自のサーバーを起動しますが、そのポートは使用中です
{}() keeps `{}` to itself: {} assigns it without `global {}`, so {} does not see it ({})
{1}() の `{2}` はローカル変数です。{3} が `global {4}` なしで代入しているため、{5} からは見えません ({6})
run() has no `{}` ({}): init() caught the failure of {} and went on{}
run() に `{1}` がありません ({2})。init() が {3} の失敗を捕まえて先に進みました{4}
{} reads `{}` before it has a value; line {} assigns it, which makes it local to {}
{1} は値が入る前の `{2}` を読んでいます。{3} 行目の代入により {4} のローカル変数になっています
{} reads `{}` before it has a value
{1} は値が入る前の `{2}` を読んでいます
{} uses `{}`, which is not defined{}
{1} が使う `{2}` は定義されていません{3}
{} uses `{}`, which is None{}
{1} が使う `{2}` は None です{3}
{} uses `{}` as an object, and it is the text of the request's body
{1} は `{2}` をオブジェクトとして使っていますが、要求本文の文字列です
{} uses the result of an asynchronous function without `await`
{1} は非同期関数の結果を `await` せずに使っています
{} starts an event loop inside the one that runs the asynchronous function already
{1} は、すでに動いているイベントループの中で別のイベントループを始めています
{} asserts `{}`, which does not hold{}
{1} の assert `{2}` が成り立ちません{3}
`{}` in the code folder hides {}, which {} needs
コードフォルダーの `{1}` が {2} を隠しています ({3} に必要)
{} means `{}` of the code folder, but {} of the same name is found first
{1} はコードフォルダーの `{2}` のつもりですが、同名の {3} が先に見つかります
{} loads {}, which was compiled for another NumPy than the installed {}
{1} が読み込む {2} は、インストール済みの NumPy {3} とは別の NumPy 用にコンパイルされています
{} loads {}, which needs the system library `{}`, which is not installed
{1} が読み込む {2} にはシステムライブラリ `{3}` が必要ですが、インストールされていません
{} loads `{}`, which is a Git LFS pointer ({}), not the content{}
{1} が読み込む `{2}` は Git LFS のポインター ({3}) で、中身ではありません
{} loads `{}`, which is an HTML page ({}): a download brought a web page in place of the file
{1} が読み込む `{2}` は HTML ページ ({3}) です。ファイルの代わりに Web ページがダウンロードされています
{} loads `{}`, which is empty (0 bytes)
{1} が読み込む `{2}` は空 (0 バイト) です
{} loads `{}`, which ends in the middle ({} of a pickle without its end)
{1} が読み込む `{2}` は途中で切れています ({3}、pickle の終わりがありません)
{} loads `{}` ({}), which ends in the middle
{1} が読み込む `{2}` ({3}) は途中で切れています
{} loads `{}` ({}), which is {}, not what this loader reads
{1} が読み込む `{2}` ({3}) は{4}で、このローダーの形式ではありません
{} loads `{}`, which needs the module `{}`, which is not in the environment
{1} が読み込む `{2}` にはモジュール `{3}` が必要ですが、環境にありません
{} loads a pickle, which needs the module `{}`, which is not in the environment
{1} が読み込む pickle にはモジュール `{2}` が必要ですが、環境にありません
{} loads {}, which another Python than {} wrote: {}
{1} が読み込む {2} は Python {3} 以外で書かれています: {4}
{} loads {}, which needs the class or function `{}` of the script that wrote it (`{}`); a pickle does not hold it
{1} が読み込む {2} には、それを書いたスクリプトのクラスまたは関数 `{3}` (`{4}`) が必要です。pickle には含まれません
{} loads {}, which needs `{}`; the installed {} has no such name
{1} が読み込む {2} には `{3}` が必要ですが、インストール済みの {4} にはありません
{} loads {}, which another version of {} wrote: it needs `{}`{}, and {} is installed
{1} が読み込む {2} は別のバージョンの {3} で書かれています。`{4}` が必要ですが、{6} が入っています
{} loads {}, which NumPy 2 wrote (it needs `{}`); {} is installed
{1} が読み込む {2} は NumPy 2 で書かれています (`{3}` が必要)。インストール済みは {4} です
{} loads {}, which does not fit another library that it was compiled with (`{}`)
{1} が読み込む {2} は、コンパイル時の別のライブラリと合いません (`{3}`)
{} loads {}, which is no Linux library: it was made on another system
{1} が読み込む {2} は Linux のライブラリではありません。別のシステムで作られています
{} loads {}, which is made for another processor
{1} が読み込む {2} は別のプロセッサー用です
{} loads {}, which is loaded too late, after libraries that took its place
{1} が読み込む {2} の読み込みが遅すぎます。先のライブラリが場所を使い切りました
{} loads {}, which needs {}, which this system does not have
{1} が読み込む {2} に必要な {3} が、このシステムにありません
{} loads {}, which needs `{}` of `{}`, and {} has no such name
{1} が読み込む {2} は `{4}` の `{3}` を必要としますが、{5} にはありません
{} loads {}, which lacks `{}` of `{}`: its files are incomplete or mixed
{1} が読み込む {2} に `{4}` の `{3}` がありません。ファイルが欠けているか混ざっています
{} loads a whole model, and {} loads weights only unless it is told otherwise
{1} はモデル全体を読み込みますが、{2} は指定がなければ重みだけを読み込みます
{} loads{} with NumPy, which holds pickled objects and is read only with `allow_pickle=True`
{1} が NumPy で読み込む{2} には pickle オブジェクトが入っており、`allow_pickle=True` がないと読めません
{} uses {}, which {} wrote and {} cannot read: {}
{1} が使う {2} は {3} が書いたもので、{4} では読めません: {5}
{} cannot read the file that it loads: {}
{1} は読み込むファイルを解釈できません: {2}
{} cannot read `{}` ({}): {}
{1} は `{2}` ({3}) を読めません: {4}
{} reads `{}`, which does not exist; the file is `{}`
{1} が読む `{2}` は存在しません。ファイルは `{3}` にあります
{} reads `{}`, which does not exist; there is `{}`
{1} が読む `{2}` は存在しません (`{3}` ならあります)
{} reads `{}`, which does not exist in the working folder of the instance
{1} が読む `{2}` は、インスタンスの作業フォルダーにありません
{} reads `{}`, which does not exist
{1} が読む `{2}` は存在しません
{} reads `{}`, and the deployment has no model
{1} は `{2}` を読みますが、デプロイにモデルがありません
{} reads `{}`, a path of another machine, which does not exist here
{1} が読む `{2}` は別のマシンのパスで、ここにはありません
{} reads `{}` as a file, and it is a folder{}
{1} は `{2}` をファイルとして読みますが、フォルダーです{3}
{} reads `{}`, whose permissions let nobody read it
{1} が読む `{2}` は、アクセス権のため誰も読めません
{} reads `{}`, which is not UTF-8 text{}
{1} が読む `{2}` は UTF-8 のテキストではありません{3}
{} reads `{}`, which is no valid {} (line {}): {}
{1} が読む `{2}` は正しい {3} ではありません ({4} 行目): {5}
{} reads `{}`, which is no valid {}: {}
{1} が読む `{2}` は正しい {3} ではありません: {4}
{} reads the key `{}`, which the request did not have
{1} が読むキー `{2}` が要求にありません
{} takes `{}` for a folder on the way to a file, and it is none
{1} は `{2}` をフォルダーとして扱っていますが、フォルダーではありません
{} takes the first of the files that it searches for (`{}`), and there is none; {}
{1} は検索 (`{2}`) で見つかった最初のファイルを使いますが、一つもありません。{3}
{} writes to `{}`, which does not exist
{1} が書き込む `{2}` は存在しません
{} writes {}, and an instance can write only to its scratch folder
{1} は {2} に書き込みますが、インスタンスが書き込めるのは作業用フォルダーだけです
{} opens {}, which the instance has no right to
{1} が開く {2} に、インスタンスはアクセスできません
{} writes to `{}`, and no space is left{}
{1} が書き込む `{2}` に空き容量がありません{3}
{} writes, and no space is left{}
{1} の書き込み先に空き容量がありません{2}
{} has more files open than the instance may ({})
{1} が開くファイルの数が上限 ({2}) を超えています
{} starts more threads or processes than the instance may have ({})
{1} が始めるスレッドまたはプロセスの数が上限 ({2}) を超えています
{} starts the program `{}`, which is not installed
{1} が起動するプログラム `{2}` はインストールされていません
{} starts the program `{}`, {}
{1} が起動するプログラム `{2}`: {3}
{} runs `{}`, which ended with {}: {}
{1} が実行する `{2}` は {3} で終了しました: {4}
{} runs `{}`, which ended with {}
{1} が実行する `{2}` は {3} で終了しました
{} connects to {}, whose name cannot be resolved{}
{1} の接続先 {2} の名前を解決できません{3}
{} connects to {}, where nothing accepts connections (refused){}
{1} の接続先 {2} は接続を受け付けていません (拒否){3}
{} connects to {}, whose TLS certificate is not trusted{}
{1} の接続先 {2} の TLS 証明書は信頼されていません{3}
{} connects to {}, to which this machine has no route{}
{1} の接続先 {2} への経路がありません{3}
{} waits for {}, which did not answer in time{}
{1} は {2} を待ちましたが、時間内に応答がありませんでした{3}
{} asks {}, which answered with status {}
{1} の問い合わせ先 {2} は状態コード {3} を返しました
{} ends the process with status {} while {}
{1} がプロセスを終了させました (終了コード {2}、{3})
{} ends the process{}
{1} がプロセスを終了させました{2}
{} ended itself with status {} while {}
{1} は自ら終了しました (終了コード {2}、{3})
{} was killed from outside with {} while {}, not by Berth{}
{1} は外部から {2} で強制終了されました ({3})。Berth によるものではありません{4}
{} sends {} to its own process while {}
{1} は自分のプロセスに {2} を送っています ({3})
{} crashed with {} while {}
{1} は {2} でクラッシュしました ({3})
{} stopped at an instruction that this processor does not have (SIGILL) while {}
{1} は、このプロセッサーにない命令 (SIGILL) で停止しました ({2})
the instance used {} of memory, more than its limit of {}, while {}
インスタンスのメモリ使用量 {1} が上限 {2} を超えました ({3})
the instance needs more memory than its limit of {} while {}
インスタンスのメモリが上限 {1} では足りません ({2})
the instance grew from {} to {} of memory while it answered requests, over its limit of {}, and {}
要求に応答する間にメモリが {1} から {2} に増え、上限 {3} を超えました
{} asks for memory of {} that the instance cannot have (its limit is {}){}
{1} が要求するメモリ {2} をインスタンスは確保できません (上限 {3}){4}
{} asks for memory that the instance cannot have (its limit is {}){}
{1} が要求するメモリをインスタンスは確保できません (上限 {2}){3}
{} has not come to an end after {}: {}
{1} が {2} たっても終わりません: {3}
{} waits in {} for a thread that has ended with an exception: {}
{1} は {2} で、例外で終了したスレッドを待っています: {3}
{} has not come to an end before the liveness probe gave up{}
{1} が終わる前に liveness probe が打ち切られました{2}
the instance was not ready within {}: {}
インスタンスは {1} 以内に準備完了になりませんでした: {2}
the instance needs {} to start, and the readiness probe gives up after {}
インスタンスの起動には {1} かかりますが、readiness probe は {2} で打ち切ります
the instance did not answer {} liveness probes in a row{}
インスタンスは liveness probe に {1} 回続けて応答しませんでした{2}
run() was stopped at its deadline after {} (request_timeout_ms is {}): {}
run() は期限で止められました ({1}、request_timeout_ms は {2}): {3}
run() was stopped at its deadline after {} (request_timeout_ms is {})
run() は期限で止められました ({1}、request_timeout_ms は {2})
run() returns {}, which JSON cannot express{}
run() の戻り値は JSON にできません: {1}{2}
{} serialises {}, which JSON cannot express{}
{1} が JSON にする値は JSON で表せません: {2}{3}
{} parses the request's body as JSON, and it {}: {}
{1} は要求本文を JSON として解析しますが、正しい JSON ではありません: {3}
{} parses as JSON what is a {} already
{1} は、すでに {2} になっているものを JSON として解析しています
{} gives the model {} features, and it was trained with {}
{1} がモデルに渡す特徴量は {2} 個ですが、学習時は {3} 個でした
{} gives {} {} features, and it was trained with {}
{1} が {2} に渡す特徴量は {3} 個ですが、学習時は {4} 個でした
{} gives the model a list of numbers, and it needs a list of rows
{1} はモデルに数値の並びを渡していますが、行の並びが必要です
{} gives the model the text {} where it needs a number
{1} は数値が必要なところでモデルに文字列 {2} を渡しています
{} gives the model values that are NaN, infinite or missing
{1} は NaN、無限大または欠損値をモデルに渡しています
{} gives the model columns of other names than it was trained with
{1} がモデルに渡す列名は学習時と異なります
{} gives the model data of another shape than it needs: {}
{1} がモデルに渡すデータの形が合いません: {2}
{} calls a model that was never trained (fitted) before it was saved
{1} が呼び出すモデルは、学習 (fit) されないまま保存されています
{} calls `{}` of a {}: what was loaded is not a model
{1} は {3} の `{2}` を呼び出しています。読み込んだものはモデルではありません
{}, which handles that exception, fails itself: {}
その例外を処理する {1} 自体が失敗しています: {2}
the inference server reads `{}` in the code folder as its settings, and it is no valid JSON: {}
推論サーバーはコードフォルダーの `{1}` を自身の設定として読みますが、正しい JSON ではありません: {2}
the inference server cannot use the variable `{}` with the value `{}`: {}
推論サーバーは変数 `{1}` の値 `{2}` を使えません: {3}
{}, because the deployment overrides `{}`, which belongs to the platform (`{}`)
デプロイがプラットフォームの変数 `{2}` を上書きしているためです (`{3}`): {1}
the instance could not be started: {}
インスタンスを起動できませんでした: {1}
the instance ended while {}, and nothing that it left says why
インスタンスは終了しましたが ({1})、残された記録から理由は分かりません
nothing of the instance runs any more, and nobody was left to say how it ended: {}
インスタンスは動いておらず、どう終わったかの記録もありません。親プロセスも強制終了されたか、マシンが停止しました
the deployment sets `{}`, which belongs to the platform; its value is not used
デプロイが設定する `{1}` はプラットフォームの変数です。その値は使われません
the model was written by {} and is read by {}, which may give other results
モデルは {1} で書かれ、{2} で読まれています。結果が異なる可能性があります
WORKER_COUNT is {} and max_concurrent_requests_per_instance is {}: {}
WORKER_COUNT は {1}、max_concurrent_requests_per_instance は {2} です: {3}
{} raised {}
{1} で例外が発生しました: {2}

# Values and ends of messages.
 in init(){}
 (init() の中){1}
 in run(){}
 (run() の中){1}
; there is `{}`
 (`{1}` ならあります)
; it has `{}`{}
 (`{1}` ならあります){2}
; it holds {}
。中身: {1}
; it was {}
。元の例外: {1}
; the most memory seen was {} of {}
 (観測された最大メモリは {2} のうち {1})
 ({} is installed){}
 (インストール済み: {1}){2}
the module `{}`
モジュール `{1}`
an object of type `{}`
型 `{1}` のオブジェクト
the package `{}`
パッケージ `{1}`
the folder `{}`
フォルダー `{1}`
the installed {}
インストール済みの {1}
the import of {}
{1} のインポート
the inference server
推論サーバー
worker {}
ワーカー {1}
importing the scoring script{}
スコアリングスクリプトのインポート中{1}
init() ran{}
init() の実行中{1}
it waited for requests{}
要求の待機中{1}
run() answered a request{}
run() が要求に応答中{1}
starting{}
起動中{1}
, without an exception
、例外なし
, and was ended
、終了させられました
an HTML page
HTML ページ
a Jupyter notebook
Jupyter ノートブック
a Git LFS pointer
Git LFS のポインター
a pickle
pickle
a zip archive
zip アーカイブ
plain text
プレーンテキスト
JSON text
JSON テキスト
of an unknown kind
種類不明のデータ
status {}
終了コード {1}
the model has no file
モデルにファイルがありません
the model holds {}
モデルの中身: {1}
{} sleeps{}
{1} で sleep しています{2}
 again and again, in the loop of line {}{}
 ({1} 行目のループで繰り返し){2}
; the last that it wrote is `{}`
。最後の出力: `{1}`
{} waits for an answer from the network
{1} でネットワークの応答を待っています
{} waits for another thread or process
{1} で別のスレッドまたはプロセスを待っています
{} waits for input, which nobody can type
{1} で入力を待っていますが、入力できる人はいません
{} runs a server of its own, which never returns
{1} で独自のサーバーを動かしており、戻ってきません
{} waits for a program that it has started
{1} で起動したプログラムを待っています
{} downloads
{1} でダウンロード中です
{} is still at work
{1} の処理が続いています
requests wait for a worker
要求がワーカーを待ちます
some workers never get a request
要求を受けないワーカーがあります

# Help.
{}, then run: {}
{1}。その後に実行: {2}
add `- {}` under `pip:` in {}, after line {} (`{}`)
{2} の `pip:` の下、{3} 行目 (`{4}`) の次に `- {1}` を加えてください
add `- pip:` with `- {}` below it to `dependencies:` in {}, after line {} (`{}`)
{2} の `dependencies:` の {3} 行目 (`{4}`) の次に `- pip:` とその下の `- {1}` を加えてください
add `{}` under `pip:` in {}
{2} の `pip:` の下に `{1}` を加えてください
change line {} of {} (`{}`) to `- {}`
{2} の {1} 行目 (`{3}`) を `- {4}` に変えてください
add `{}: …` under `environment_variables:` in the deployment file
デプロイのファイルの `environment_variables:` に `{1}: …` を加えてください
remove `{}` from `environment_variables:` in the deployment file
デプロイのファイルの `environment_variables:` から `{1}` を除いてください
correct `{}` under `environment_variables:` in the deployment file
デプロイのファイルの `environment_variables:` の `{1}` を直してください
give the deployment a `model:` with a `path:`
デプロイに `path:` のある `model:` を指定してください
define `{}` at the top level of {}
{2} のトップレベルに `{1}` を定義してください
rename `{}` to `{}` in {}
{3} の `{1}` を `{2}` に変えてください
rename `{}` in the code folder, and the imports of it
コードフォルダーの `{1}` の名前と、それをインポートする行を変えてください
move `{}` to the top level of {}
`{1}` を {2} のトップレベルに移してください
move `{}` into `{}`
`{1}` を `{2}` の中に移してください
write `global {}` as the first line of {} in {}
{3} の {2} の最初の行に `global {1}` と書いてください
write `{}` in {}
{2} に `{1}` と書いてください
write `{}` for `{}` in {}
{3} の `{2}` を `{1}` に変えてください
if `{}` is meant, correct {}
`{1}` のつもりなら {2} を直してください
read {} in {}
{2} では {1} を読んでください
put `{}` into the model or the code folder, and read it from there
`{1}` をモデルまたはコードフォルダーに置き、そこから読んでください
write or copy `{}` again{}
`{1}` を書き直すか、コピーし直してください
download `{}` again, by its direct address and with the credentials that it needs
`{1}` を直接のアドレスと必要な資格情報でダウンロードし直してください
correct the indentation of {}
{1} のインデントを直してください
correct {}
{1} を直してください
replace `{}` in {}
{2} の `{1}` を置き換えてください
add `{}` at the top of {}
{2} の先頭に `{1}` を加えてください
remove the prompt
プロンプトを消してください
remove the wait
待機を除いてください
give it more time if it needs it: {}
時間が必要なら待ち時間を延ばしてください: {1}
give the call a timeout, and check that the host can be reached from this machine{}
呼び出しにタイムアウトを付け、このマシンからホストに届くか確かめてください{1}
allow more time: {}
制限時間を延ばしてください: {1}
read the whole traceback: {}
トレースバック全体を見るには: {1}
read the whole log: {}
ログ全体を見るには: {1}
read what it wrote last: {}
最後の出力を見るには: {1}
choose an `instance_type` with more memory than {} in the deployment file
デプロイのファイルで {1} よりメモリの多い `instance_type` を選んでください
run fewer workers, each holds the model: {}
ワーカーを減らしてください (それぞれがモデルを持ちます): {1}
pin {} in {} to the version that wrote the model
{2} の {1} をモデルを書いたバージョンに固定してください
sudo apt-get install -y {}
sudo apt-get install -y {1}
"""#
}

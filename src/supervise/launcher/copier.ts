/**
 * Tells standard error from standard output, for an attempt that is to have it marked, by a program around its own, as
 * script(1) is on a terminal: a few lines of Perl, which most systems have.
 *
 * The program's two streams are pipes. What comes out of them is appended to the output file as it comes; where that was
 * written, the file's position tells, since nobody else writes by this description. The ranges that came from standard error
 * go to the record beside the output (output/stderr-marks.ts), in lines of a fixed size, on descriptor 7. Ranges that touch
 * become one, as long as the next comes within 20 ms, for one to two seconds.
 *
 * What is true of it:
 *   bytes      None is lost and none is changed. A write that fails (a full disk) is tried until it works: the program
 *              waits, and does not learn of it.
 *   marks      Exact. When there were so many that the record would be larger than 32 MiB, its last line tells from which
 *              byte on nothing is marked.
 *   order      Of each stream, exact. Between the two, only when the copier got to read in between, which takes it some
 *              microseconds when the machine is not busy. Order and marks cannot both be had for sure: streams that go
 *              through one pipe or file cannot be told apart, and two pipes have no common order.
 *   the end    It goes on until nobody has the pipes open any more or, when something the program has left behind keeps
 *              them open, until the program has ended and nothing is in them. Its own last line says that it got there.
 *   a kill     SIGKILL goes to the program first; the copier has two seconds to write what is in the pipes
 *              (termination.ts). It is not ended by other signals.
 *
 * Tried before: standard output written by the program itself, which then nearly always came before what was written to
 * standard error a moment earlier; two files, one for each stream, with their sizes noted from time to time, whose order is
 * a guess whenever both have grown; two descriptions of one file, of whose positions the same is true.
 *
 * The text has no single quotes, and stands in the environment, not in what `ps` shows.
 */
const mostMarks = 2 ** 20;

export const copierText = [
  // Handlers, and not to ignore: what is ignored would be ignored by the program, too.
  "$SIG{$_}=sub{} for qw(TERM INT HUP QUIT USR1 USR2 ALRM VTALRM PROF XCPU PIPE CHLD);",
  'pipe(O,OW) && pipe(E,EW) && open(M,">>&=7") or exit 125; $p=fork; exit 125 unless defined $p;',
  'if(!$p){ close M; open(STDOUT,">&OW") && open(STDERR,">&EW") or exit 125; exec {$ARGV[0]} @ARGV; exit 127 }',
  "close OW; close EW; %open=(out=>\\*O,err=>\\*E);",
  // Writes all of it, whatever it takes, and calls back after each piece.
  "sub w { my($h,$b,$f)=@_; while(length $b){ my $n=syswrite($h,$b);",
  '  if(defined $n){ substr($b,0,$n)=""; $f->($n) if $f } else { select(undef,undef,undef,0.2) } } }',
  'sub line { w(\\*M,sprintf("%15s %15s\\n",@_)) }',
  `sub flush { return unless defined $first; if($lines<${mostMarks}){ line($first,$end-1); $lines++ }`,
  '  elsif(!$full){ line("unmarked",$first); $full=1 } undef $first }',
  "sub mark { my $e=sysseek(STDOUT,0,1); my $f=$e-$_[0]; flush() if defined $first && ($f!=$end || time-$since>1);",
  "  if(!defined $first){ $first=$f; $since=time } $end=$e }",
  "while(%open){",
  '  my $r=""; vec($r,fileno($_),1)=1 for values %open;',
  "  my $k=select($r,undef,undef,$over?0:defined $first?0.02:1);",
  "  if($k>0){ for my $s (sort keys %open){ next unless vec($r,fileno($open{$s}),1);",
  "    my $n=sysread($open{$s},my $b,65536); if(defined $n && !$n){ delete $open{$s} }",
  '    elsif($n){ w(\\*STDOUT,$b,$s eq "err"?\\&mark:undef) } } }',
  "  else { flush(); last if $over; $over=1 if waitpid($p,1)==$p }",
  "}",
  'flush(); line("whole",""); 1 until $over || waitpid($p,0)==$p || !$!{EINTR};',
].join("\n");

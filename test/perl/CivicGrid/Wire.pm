# A client that speaks just enough of PostgreSQL's protocol to send parameters
# in binary form, right or wrong, and many of them in one go.

package CivicGrid::Wire;

use strict;
use warnings;

use IO::Socket::INET;
use IO::Socket::UNIX;

# How many requests are on their way at once: few enough for the buffers
# between client and server.
use constant BATCH => 200;

sub new
{
	my ($class, $node, $dbname) = @_;
	my ($host, $port) = ($node->host, $node->port);
	my $socket =
	  $host =~ m{^/}
	  ? IO::Socket::UNIX->new(Peer => "$host/.s.PGSQL.$port")
	  : IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port);
	my $self = bless { socket => $socket // die("cannot connect: $!") }, $class;
	my $user = $node->safe_psql($dbname, 'SELECT current_user');
	my $startup = pack 'N (Z*)4 x', 196608, 'user', $user, 'database', $dbname;

	binmode $socket;
	$self->_send(pack('N', 4 + length $startup) . $startup);
	my ($error) = $self->_answer;
	die "cannot connect: $error" if defined $error;
	return $self;
}

# Make a statement ready that has one parameter, of the type with this OID.
sub prepare
{
	my ($self, $name, $sql, $type) = @_;

	$self->_send(
		_message('P', pack 'Z* Z* n N', $name, $sql, 1, $type) . _message('S', ''));
	my ($error) = $self->_answer;
	die "cannot prepare $sql: $error" if defined $error;
	return;
}

# Run it for each of the parameters, which are bytes or undef for NULL.  Gives
# for each a list: the SQLSTATE of an error, or undef and the columns of the
# only row, as text.
sub run
{
	my ($self, $name, @parameters) = @_;
	my @answers;

	while (my @batch = splice @parameters, 0, BATCH)
	{
		$self->_send(
			join '',
			map {
				my $value = defined $_ ? pack('N/a*', $_) : pack('N', 0xFFFFFFFF);
				# no name for the portal, parameter binary, result text
				_message('B', pack('x Z* n n n', $name, 1, 1, 1) . $value . pack('n', 0))
				  . _message('E', pack 'x N', 0)
				  . _message('S', '');
			} @batch);
		push @answers, [ $self->_answer ] for @batch;
	}
	return @answers;
}

sub close
{
	my ($self) = @_;

	$self->_send(_message('X', ''));
	close $self->{socket};
	return;
}

sub _message
{
	my ($kind, $body) = @_;

	return $kind . pack('N', 4 + length $body) . $body;
}

sub _send
{
	my ($self, $bytes) = @_;

	while (length $bytes)
	{
		my $n = syswrite $self->{socket}, $bytes;
		die "the server is gone: $!" unless defined $n;
		substr $bytes, 0, $n, '';
	}
	return;
}

sub _read
{
	my ($self, $wanted) = @_;

	$self->{buffer} //= '';
	while (length $self->{buffer} < $wanted)
	{
		my $n = sysread $self->{socket}, $self->{buffer}, 65536, length $self->{buffer};
		die 'the server is gone' unless $n;
	}
	return substr $self->{buffer}, 0, $wanted, '';
}

# What comes until the server is ready for the next request
sub _answer
{
	my ($self) = @_;
	my ($error, @row);

	while (1)
	{
		my ($kind, $length) = unpack 'a N', $self->_read(5);
		my $body = $self->_read($length - 4);

		if ($kind eq 'E')
		{
			my %field = map { /^(.)(.*)/s } split /\0/, $body;
			$error = $field{C};
		}
		elsif ($kind eq 'D')
		{
			my $n = unpack 'n', substr $body, 0, 2, '';
			for (1 .. $n)
			{
				my $size = unpack 'N', substr $body, 0, 4, '';
				push @row, $size == 0xFFFFFFFF ? undef : substr $body, 0, $size, '';
			}
		}
		elsif ($kind eq 'Z')
		{
			return ($error, @row);
		}
	}
	return;
}

1;

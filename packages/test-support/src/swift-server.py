"""OpenStack Swift with its S3 API, all of it in one process: `peer.py <folder> <key id> <secret>`; prints its port."""
import os
import sys

import eventlet
from eventlet import wsgi

eventlet.patcher.monkey_patch(all=False, os=True, select=True, socket=True, thread=True, time=True)

folder, key_id, secret = sys.argv[1:4]
account, user = key_id.split(':')


def write(name, text):
    path = os.path.join(folder, name)
    with open(path, 'w') as file:
        file.write(text)
    return path


write('swift.conf', '''
[swift-hash]
swift_hash_path_prefix = piecework
swift_hash_path_suffix = piecework
[storage-policy:0]
name = one
default = yes
''')
import swift.common.utils as utils  # noqa: E402

utils.SWIFT_CONF_FILE = os.path.join(folder, 'swift.conf')
import swift.common.storage_policy as storage_policy  # noqa: E402

storage_policy.reload_storage_policies()
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.wsgi import SwiftHttpProtocol, loadapp  # noqa: E402

os.makedirs(os.path.join(folder, 'devices', 'one'), exist_ok=True)
sockets = {name: eventlet.listen(('127.0.0.1', 0)) for name in ('account', 'container', 'object', 'proxy')}

for name in ('account', 'container', 'object'):
    builder = RingBuilder(2, 1, 1)
    builder.add_dev({
        'id': 0, 'region': 1, 'zone': 1, 'ip': '127.0.0.1', 'port': sockets[name].getsockname()[1],
        'replication_ip': '127.0.0.1', 'replication_port': sockets[name].getsockname()[1],
        'device': 'one', 'weight': 1,
    })
    builder.rebalance()
    builder.get_ring().save(os.path.join(folder, '%s.ring.gz' % name))


class Memory:
    """What memcached keeps, without memcached."""

    def __init__(self):
        self.store = {}

    def get(self, key, *args, **kwargs):
        return self.store.get(key)

    def set(self, key, value, *args, **kwargs):
        self.store[key] = value
        return True

    def incr(self, key, delta=1, *args, **kwargs):
        self.store[key] = max(0, self.store.get(key, 0) + int(delta))
        return self.store[key]

    def delete(self, key, *args, **kwargs):
        self.store.pop(key, None)

    def set_multi(self, values, *args, **kwargs):
        self.store.update(values)

    def get_multi(self, keys, *args, **kwargs):
        return [self.store.get(key) for key in keys]


def with_memory(app):
    memory = Memory()

    def call(env, start_response):
        env['swift.cache'] = memory
        return app(env, start_response)
    return call


shared = '''
[DEFAULT]
swift_dir = %(folder)s
devices = %(folder)s/devices
mount_check = false
disable_fallocate = true
log_level = ERROR
''' % {'folder': folder}

for name in ('account', 'container', 'object'):
    path = write('%s.conf' % name, shared + '''
[pipeline:main]
pipeline = server
[app:server]
use = egg:swift#%s
''' % name)
    app = loadapp(path)
    eventlet.spawn(wsgi.server, sockets[name], app, log=open(os.devnull, 'w'), protocol=SwiftHttpProtocol, keepalive=True)

path = write('proxy.conf', shared + '''
[pipeline:main]
pipeline = catch_errors s3api tempauth bulk slo proxy-server
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
s3_acl = false
check_bucket_owner = false
[filter:tempauth]
use = egg:swift#tempauth
user_%s_%s = %s .admin
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
''' % (account, user, secret))
proxy = with_memory(loadapp(path))
print(sockets['proxy'].getsockname()[1], flush=True)
wsgi.server(sockets['proxy'], proxy, log=open(os.devnull, 'w'), protocol=SwiftHttpProtocol, keepalive=True)

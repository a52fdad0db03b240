EXTRA_DIST += vagrant/README vagrant/Vagrantfile vagrant/apart vagrant/box vagrant/box-packages \
	vagrant/machine vagrant/machines.py vagrant/pack vagrant/packages \
	vagrant/run-failover vagrant/test vagrant/test_machines.py
